package io.microspring.plugins.broker.googlepubsub;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import com.google.api.core.ApiClock;
import com.google.cloud.pubsub.v1.AckReplyConsumer;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.protobuf.Empty;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A service that has given a message to somebody who takes his time. */
class PubSubLeaseTest {

	private final BlockingQueue<ModifyAckDeadlineRequest> prolonged = new LinkedBlockingQueue<>();

	private final BlockingQueue<AcknowledgeRequest> acknowledged = new LinkedBlockingQueue<>();

	private final BlockingQueue<AckReplyConsumer> received = new LinkedBlockingQueue<>();

	private final Clock clock = new Clock();

	@Test
	void messageIsKeptFromOthersAsLongAsItsHandlerTakes() throws Exception {
		Server server = PubSubService.start(
				PubSubService.method("StreamingPull", MethodType.BIDI_STREAMING,
						StreamingPullRequest.getDefaultInstance(), StreamingPullResponse.getDefaultInstance(),
						ServerCalls.asyncBidiStreamingCall(this::giveOne)),
				PubSubService.method("ModifyAckDeadline", MethodType.UNARY,
						ModifyAckDeadlineRequest.getDefaultInstance(), Empty.getDefaultInstance(),
						ServerCalls.asyncUnaryCall((request, answer) -> note(request, this.prolonged, answer))),
				PubSubService.method("Acknowledge", MethodType.UNARY, AcknowledgeRequest.getDefaultInstance(),
						Empty.getDefaultInstance(),
						ServerCalls.asyncUnaryCall((request, answer) -> note(request, this.acknowledged, answer))));
		PubSubOptions options = PubSubOptions.defaults()
			.withProject("lease")
			.withEmulator("127.0.0.1:" + server.getPort())
			.withAckDeadline(Duration.ofSeconds(10));
		try (PubSubClients clients = new PubSubClients(options)) {
			Subscriber.Builder builder = clients.subscriber("projects/lease/subscriptions/queue", 1,
					(message, reply) -> this.received.add(reply));
			this.clock.giveTo(builder);
			Subscriber subscriber = builder.build();
			subscriber.startAsync().awaitRunning();
			AckReplyConsumer handler = take(this.received);
			// Google's own end is an hour.
			this.clock.advance(Duration.ofDays(5));
			this.prolonged.clear();
			ModifyAckDeadlineRequest again = take(this.prolonged);
			assertThat(again.getAckIdsList()).containsExactly("one");
			assertThat(again.getAckDeadlineSeconds()).isEqualTo(10);
			handler.ack();
			assertThat(take(this.acknowledged).getAckIdsList()).containsExactly("one");
			subscriber.stopAsync().awaitTerminated();
		}
		finally {
			server.shutdownNow();
		}
	}

	private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
		T taken = queue.poll(30, TimeUnit.SECONDS);
		assertThat(taken).isNotNull();
		return taken;
	}

	private static <T> void note(T request, BlockingQueue<T> queue, StreamObserver<Empty> answer) {
		queue.add(request);
		answer.onNext(Empty.getDefaultInstance());
		answer.onCompleted();
	}

	private StreamObserver<StreamingPullRequest> giveOne(StreamObserver<StreamingPullResponse> answer) {
		answer.onNext(StreamingPullResponse.newBuilder()
			.addReceivedMessages(ReceivedMessage.newBuilder()
				.setAckId("one")
				.setMessage(PubsubMessage.newBuilder().setMessageId("1")))
			.build());
		return new PubSubService.Listening<>(answer::onCompleted);
	}

	/** What a subscriber takes for the time of day. */
	private static final class Clock implements ApiClock {

		private final AtomicLong ahead = new AtomicLong();

		void advance(Duration time) {
			this.ahead.addAndGet(time.toMillis());
		}

		/** Google's own tests may do so. */
		void giveTo(Subscriber.Builder builder) throws ReflectiveOperationException {
			Method setter = Subscriber.Builder.class.getDeclaredMethod("setClock", ApiClock.class);
			setter.setAccessible(true);
			setter.invoke(builder, this);
		}

		@Override
		public long millisTime() {
			return System.currentTimeMillis() + this.ahead.get();
		}

		@Override
		public long nanoTime() {
			return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(this.ahead.get());
		}

	}

}
