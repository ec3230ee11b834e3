package io.microspring.plugins.broker.googlepubsub;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.Subscription;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
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
		Server server = PubSubService.start(
				PubSubService.method("GetSubscription", MethodDescriptor.MethodType.UNARY,
						GetSubscriptionRequest.getDefaultInstance(), Subscription.getDefaultInstance(),
						ServerCalls.asyncUnaryCall(this::show)),
				PubSubService.method("StreamingPull", MethodDescriptor.MethodType.BIDI_STREAMING,
						StreamingPullRequest.getDefaultInstance(), StreamingPullResponse.getDefaultInstance(),
						ServerCalls.asyncBidiStreamingCall(this::refuse)));
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
		return new PubSubService.Listening<>(() -> {
		});
	}

}
