package io.microspring.plugins.broker.googlepubsub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.ListTopicsRequest;
import com.google.pubsub.v1.ListTopicsResponse;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.Subscription;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.broker.BrokerException;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A service that does not let in, or shows a subscription to somebody who may not receive
 * from it: one of this test's own, as Google's fake asks for no credentials.
 */
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
		try (PubSubBroker broker = broker(server)) {
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

	@ParameterizedTest
	@EnumSource(value = Status.Code.class, names = { "UNAUTHENTICATED", "PERMISSION_DENIED" })
	void whoIsNotLetInIsToldSoAndDoesNotAskAgain(Status.Code code) throws IOException {
		Status status = code.toStatus().withDescription("for a reason");
		Server server = PubSubService.start(
				PubSubService.method("GetSubscription", MethodDescriptor.MethodType.UNARY,
						GetSubscriptionRequest.getDefaultInstance(), Subscription.getDefaultInstance(), deny(status)),
				PubSubService.method("Publisher/Publish", MethodDescriptor.MethodType.UNARY,
						PublishRequest.getDefaultInstance(), PublishResponse.getDefaultInstance(), deny(status)),
				PubSubService.method("Publisher/ListTopics", MethodDescriptor.MethodType.UNARY,
						ListTopicsRequest.getDefaultInstance(), ListTopicsResponse.getDefaultInstance(), deny(status)));
		try (PubSubBroker broker = broker(server)) {
			assertDenied(broker::connect, "does not let us in");
			assertDenied(() -> broker.publish("topic", Message.of(Metadata.empty())),
					"did not take a message for topic");
			assertDenied(() -> broker.subscribe("topic", SubscribeOptions.defaults().withQueue("queue"), (event) -> {
			}), "did not make projects/rights/subscriptions/queue");
			assertThat(broker.health().detail()).contains("does not let us in").contains(code.name());
			assertThat(this.refusals).hasValue(4);
		}
		finally {
			server.shutdownNow();
		}
	}

	@Test
	void credentialsThatCannotBeReadAreNotShown(@TempDir Path directory) throws IOException {
		Path file = Files.writeString(directory.resolve("key.json"), """
				{"type": "service_account", "client_id": "1", "client_email": "me@rights.test",
				"private_key_id": "1", "private_key": "hidden-key"}
				""");
		PubSubOptions options = PubSubOptions.defaults().withProject("rights").withCredentialsFile(file);
		try (PubSubBroker broker = new PubSubBroker(options)) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.matches(BrokerException::isDenied)
				.withMessageContaining("has no credentials")
				.withMessageNotContaining("hidden-key");
		}
	}

	private static PubSubBroker broker(Server server) {
		return new PubSubBroker(
				PubSubOptions.defaults().withProject("rights").withEmulator("127.0.0.1:" + server.getPort()));
	}

	private static void assertDenied(ThrowingCallable asking, String told) {
		assertThatExceptionOfType(BrokerException.class).isThrownBy(asking)
			.matches(BrokerException::isDenied)
			.withMessageContaining(told)
			.withMessageContaining("for a reason");
	}

	private <Q, A> ServerCallHandler<Q, A> deny(Status status) {
		return ServerCalls.asyncUnaryCall((request, answer) -> {
			this.refusals.incrementAndGet();
			answer.onError(status.asRuntimeException());
		});
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
