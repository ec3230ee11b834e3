package io.microspring.broker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Messages of one key, where several are handled at once. */
class DeliveriesOrderTest {

	private static final SubscribeOptions THREE = SubscribeOptions.defaults()
		.withConcurrency(3)
		.withRetry(RetryOptions.defaults().withBackoff((attempt) -> Duration.ofMillis(50)));

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "deliveries-order-test");

	private final Broker broker = Broker.memory();

	private final List<String> handled = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.broker.close();
		this.executor.shutdown();
	}

	@Test
	void messageWaitsForTheOneBeforeItOfItsKeyAndForNoOther() {
		CountDownLatch gate = new CountDownLatch(1);
		try (Deliveries deliveries = deliveries((event) -> {
			if (body(event).equals("a1")) {
				gate.await(1, TimeUnit.MINUTES);
			}
			this.handled.add(body(event));
		})) {
			for (String body : List.of("a1", "a2", "b1", "a3", "b2", "-1")) {
				deliveries.offer("topic", message(body), Receipt.NONE);
			}
			eventually(() -> assertThat(this.handled).containsExactlyInAnyOrder("b1", "b2", "-1"));
			assertThat(this.handled).containsSubsequence("b1", "b2");
			gate.countDown();
			eventually(() -> assertThat(this.handled).hasSize(6));
			assertThat(this.handled).containsSubsequence("a1", "a2", "a3");
			eventually(() -> assertThat(deliveries.unsettled()).isZero());
		}
	}

	@Test
	void messageThatIsTriedAgainKeepsItsPlaceInItsKey() {
		try (Deliveries deliveries = deliveries((event) -> {
			this.handled.add(body(event) + "/" + event.attempt());
			if (body(event).equals("a1") && event.attempt() < 3) {
				throw new IllegalStateException("on purpose");
			}
		})) {
			for (String body : List.of("a1", "a2", "b1")) {
				deliveries.offer("topic", message(body), Receipt.NONE);
			}
			eventually(() -> assertThat(this.handled).hasSize(5));
			assertThat(this.handled).containsSubsequence("a1/1", "a1/2", "a1/3", "a2/1").contains("b1/1");
		}
	}

	@Test
	void whatWaitsForItsKeyIsReleasedWhenTheSubscriptionEnds() {
		CountDownLatch gate = new CountDownLatch(1);
		List<String> released = new CopyOnWriteArrayList<>();
		Deliveries deliveries = deliveries((event) -> {
			this.handled.add(body(event));
			gate.await(1, TimeUnit.MINUTES);
		});
		for (String body : List.of("a1", "a2", "a3")) {
			deliveries.offer("topic", message(body), new Receipt() {
				@Override
				public void ack() {
				}

				@Override
				public void release() {
					released.add(body);
				}
			});
		}
		eventually(() -> assertThat(this.handled).containsExactly("a1"));
		deliveries.stop();
		assertThat(released).containsExactlyInAnyOrder("a2", "a3");
		gate.countDown();
		deliveries.close();
		assertThat(this.handled).containsExactly("a1");
	}

	private Deliveries deliveries(EventHandler handler) {
		return new Deliveries(this.broker, THREE, (raw) -> raw, handler, this.executor, 10);
	}

	/** Its first letter is its key; a dash is none. */
	private static Message message(String text) {
		Message message = new Message(Metadata.empty(), text.getBytes(StandardCharsets.UTF_8));
		return text.startsWith("-") ? message : message.withHeader(Headers.KEY, text.substring(0, 1));
	}

	private static String body(Event event) {
		return new String(event.message().body(), StandardCharsets.UTF_8);
	}

	private static void eventually(ThrowingRunnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5)).untilAsserted(assertion);
	}

}
