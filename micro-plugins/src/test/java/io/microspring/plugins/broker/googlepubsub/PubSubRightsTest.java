package io.microspring.plugins.broker.googlepubsub;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.Message;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.Subscription;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.broker.SubscribeOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A service that shows a subscription to somebody who may not receive from it. */
class PubSubRightsTest {

	private final AtomicInteger refusals = new AtomicInteger();

	@Test
	void serviceThatRefusesIsNotAskedWithoutAPause() throws IOException {
		Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
			.addService(ServerServiceDefinition.builder("google.pubsub.v1.Subscriber")
				.addMethod(
						method("GetSubscription", MethodDescriptor.MethodType.UNARY,
								GetSubscriptionRequest.getDefaultInstance(), Subscription.getDefaultInstance()),
						ServerCalls.asyncUnaryCall(this::show))
				.addMethod(
						method("StreamingPull", MethodDescriptor.MethodType.BIDI_STREAMING,
								StreamingPullRequest.getDefaultInstance(), StreamingPullResponse.getDefaultInstance()),
						ServerCalls.asyncBidiStreamingCall(this::refuse))
				.build())
			.build()
			.start();
		PubSubOptions options = PubSubOptions.defaults()
			.withProject("rights")
			.withEmulator("127.0.0.1:" + server.getPort());
		try (PubSubBroker broker = new PubSubBroker(options)) {
			broker.subscribe("topic", SubscribeOptions.defaults().withQueue("queue"), (event) -> {
			});
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.refusals.get() >= 2);
			// 0.2, 0.4, 0.8 s and so on, rather than 0.2 s each time.
			Awaitility.await()
				.during(Duration.ofSeconds(4))
				.atMost(Duration.ofSeconds(30))
				.until(() -> this.refusals.get() <= 8);
		}
		finally {
			server.shutdownNow();
		}
	}

	private void show(GetSubscriptionRequest request, StreamObserver<Subscription> answer) {
		answer.onNext(Subscription.newBuilder()
			.setName(request.getSubscription())
			.setTopic("projects/rights/topics/topic")
			.build());
		answer.onCompleted();
	}

	private StreamObserver<StreamingPullRequest> refuse(StreamObserver<StreamingPullResponse> answer) {
		this.refusals.incrementAndGet();
		answer.onError(Status.PERMISSION_DENIED.asRuntimeException());
		return new StreamObserver<>() {

			@Override
			public void onNext(StreamingPullRequest request) {
			}

			@Override
			public void onError(Throwable failure) {
			}

			@Override
			public void onCompleted() {
			}

		};
	}

	private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(String name,
			MethodDescriptor.MethodType type, Q request, A answer) {
		return MethodDescriptor.<Q, A>newBuilder()
			.setType(type)
			.setFullMethodName("google.pubsub.v1.Subscriber/" + name)
			.setRequestMarshaller(ProtoUtils.marshaller(request))
			.setResponseMarshaller(ProtoUtils.marshaller(answer))
			.build();
	}

}
