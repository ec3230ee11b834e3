package io.microspring.broker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

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

class DeliveriesTest {

	private static final SubscribeOptions OPTIONS = SubscribeOptions.defaults()
		.withRetry(RetryOptions.defaults().withBackoff((attempt) -> Duration.ofMillis(10)))
		.withDeadLetter("dead");

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "deliveries-test");

	private final Broker broker = Broker.memory();

	private final List<Message> dead = new CopyOnWriteArrayList<>();

	private final List<String> told = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.broker.close();
		this.executor.shutdown();
	}

	@Test
	void brokerIsToldOnceTheMessageIsHandled() {
		CountDownLatch gate = new CountDownLatch(1);
		try (Deliveries deliveries = deliveries(OPTIONS, (event) -> gate.await(1, TimeUnit.MINUTES), 4)) {
			assertThat(deliveries.offer("topic", message("a"), receipt("a"))).isTrue();
			assertThat(deliveries.offer("topic", message("b"), receipt("b"))).isTrue();
			assertThat(deliveries.unsettled()).isEqualTo(2);
			assertThat(this.told).isEmpty();
			gate.countDown();
			eventually(() -> assertThat(this.told).containsExactly("a attempted", "a ack", "b attempted", "b ack"));
			assertThat(deliveries.unsettled()).isZero();
		}
	}

	@Test
	void brokerIsToldBeforeTheMessageIsHandledWhenNobodyIsToAcknowledgeIt() {
		List<String> atHandler = new CopyOnWriteArrayList<>();
		try (Deliveries deliveries = deliveries(OPTIONS.withAck(AckMode.NONE), (event) -> atHandler.addAll(this.told),
				4)) {
			deliveries.offer("topic", message("a"), receipt("a"));
			eventually(() -> assertThat(this.told).containsExactly("a ack", "a attempted"));
			assertThat(atHandler).containsExactly("a ack");
		}
	}

	@Test
	void noMoreMessagesAreTakenThanThereIsRoomFor() throws Exception {
		CountDownLatch gate = new CountDownLatch(1);
		try (Deliveries deliveries = deliveries(OPTIONS, (event) -> gate.await(1, TimeUnit.MINUTES), 2)) {
			assertThat(deliveries.offer("topic", message("a"), receipt("a"))).isTrue();
			assertThat(deliveries.offer("topic", message("b"), receipt("b"))).isTrue();
			assertThat(deliveries.isFull()).isTrue();
			assertThat(deliveries.offer("topic", message("c"), receipt("c"))).isFalse();
			assertThat(deliveries.put("topic", message("c"), receipt("c"), Duration.ofMillis(20))).isFalse();
			gate.countDown();
			assertThat(deliveries.put("topic", message("d"), receipt("d"), Duration.ofMinutes(1))).isTrue();
			eventually(() -> assertThat(this.told).contains("d ack").noneMatch((line) -> line.startsWith("c")));
		}
	}

	@Test
	void whatWaitsIsReleasedWhenTheSubscriptionEndsAndWhatIsBeingHandledIsFinished() {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		Deliveries deliveries = deliveries(OPTIONS, (event) -> {
			begun.countDown();
			gate.await(1, TimeUnit.MINUTES);
		}, 4);
		deliveries.offer("topic", message("a"), receipt("a"));
		deliveries.offer("topic", message("b"), receipt("b"));
		eventually(() -> assertThat(begun.getCount()).isZero());
		Thread closing = Threads.start("closing", deliveries::close);
		eventually(() -> assertThat(this.told).containsExactly("b release"));
		assertThat(closing.isAlive()).isTrue();
		assertThat(deliveries.offer("topic", message("c"), receipt("c"))).isFalse();
		gate.countDown();
		eventually(() -> assertThat(closing.isAlive()).isFalse());
		assertThat(this.told).containsExactly("b release", "a attempted", "a ack");
	}

	@Test
	void whatWaitsForItsNextAttemptIsReleasedWhenTheSubscriptionEnds() {
		Deliveries deliveries = deliveries(
				OPTIONS.withRetry(RetryOptions.defaults().withBackoff((attempt) -> Duration.ofHours(1))), (event) -> {
					throw new IllegalStateException("on purpose");
				}, 4);
		deliveries.offer("topic", message("a"), receipt("a"));
		eventually(() -> assertThat(this.told).containsExactly("a attempted"));
		deliveries.close();
		eventually(() -> assertThat(this.told).containsExactly("a attempted", "a release"));
	}

	@Test
	void whatIsToBeAcknowledgedByHandIsReleasedWhenTheSubscriptionEnds() {
		AtomicReference<Event> event = new AtomicReference<>();
		Deliveries deliveries = deliveries(OPTIONS.withAck(AckMode.MANUAL), event::set, 4);
		deliveries.offer("topic", message("a"), receipt("a"));
		eventually(() -> assertThat(deliveries.isHandling()).isFalse());
		assertThat(deliveries.unsettled()).isEqualTo(1);
		deliveries.close();
		assertThat(this.told).containsExactly("a attempted", "a release");
		event.get().ack();
		event.get().nack("too late");
		assertThat(this.told).containsExactly("a attempted", "a release");
		assertThat(deliveries.unsettled()).isZero();
	}

	@Test
	void messageRefusedByHandLongAfterItsHandlerReturnedIsTriedAgain() {
		List<Event> events = new CopyOnWriteArrayList<>();
		listen();
		try (Deliveries deliveries = deliveries(OPTIONS.withAck(AckMode.MANUAL), events::add, 4)) {
			deliveries.offer("topic", message("a"), receipt("a"));
			for (int attempt = 1; attempt <= 3; attempt++) {
				int expected = attempt;
				eventually(() -> assertThat(events).hasSize(expected));
				eventually(() -> assertThat(deliveries.isHandling()).isFalse());
				events.get(attempt - 1).nack("not today");
			}
			eventually(() -> assertThat(this.told).contains("a ack"));
			assertThat(events).hasSize(3);
			assertThat(this.dead).singleElement()
				.satisfies((letter) -> assertThat(letter.header(Headers.DEAD_LETTER_REASON)).isEqualTo("not today"));
		}
	}

	@Test
	void deadLetterOfAMessageRefusedLaterIsNoBusinessOfTheThreadThatRefusesIt() {
		AtomicReference<Event> event = new AtomicReference<>();
		CountDownLatch slow = new CountDownLatch(1);
		AtomicReference<Thread> publisher = new AtomicReference<>();
		Broker away = new Refusing(this.broker, (message) -> {
			publisher.set(Thread.currentThread());
			assertThat(awaitQuietly(slow)).isTrue();
		});
		try (Deliveries deliveries = new Deliveries(away,
				OPTIONS.withAck(AckMode.MANUAL).withRetry(RetryOptions.none()), (raw) -> raw, event::set, this.executor,
				4)) {
			deliveries.offer("topic", message("a"), receipt("a"));
			eventually(() -> assertThat(deliveries.isHandling()).isFalse());
			event.get().nack("not at all");
			slow.countDown();
			eventually(() -> assertThat(this.told).contains("a ack"));
			assertThat(publisher.get()).isNotNull().isNotSameAs(Thread.currentThread());
		}
	}

	private static boolean awaitQuietly(CountDownLatch latch) {
		try {
			return latch.await(1, TimeUnit.MINUTES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	@Test
	void whatIsRevokedIsReleasedAndWhatIsBeingHandledIsWaitedFor() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		AtomicBoolean revoked = new AtomicBoolean();
		List<Event> events = new CopyOnWriteArrayList<>();
		try (Deliveries deliveries = deliveries(OPTIONS, (event) -> {
			events.add(event);
			begun.countDown();
			gate.await(1, TimeUnit.MINUTES);
		}, 4)) {
			deliveries.offer("topic", message("a"), receipt("a", revoked));
			deliveries.offer("topic", message("b"), receipt("b", revoked));
			deliveries.offer("topic", message("c"), receipt("c"));
			assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
			revoked.set(true);
			assertThat(deliveries.releaseRevoked(Duration.ofMillis(20))).isFalse();
			assertThat(this.told).containsExactly("b release");
			assertThat(deliveries.unsettled()).isEqualTo(2);
			Thread opening = Threads.start("opening", gate::countDown);
			assertThat(deliveries.releaseRevoked(Duration.ofMinutes(1))).isTrue();
			opening.join();
			assertThat(this.told).contains("a ack");
			eventually(() -> assertThat(this.told).contains("c ack"));
		}
		assertThat(events).extracting((event) -> new String(event.message().body(), StandardCharsets.UTF_8))
			.containsExactly("a", "c");
	}

	@Test
	void whatIsRevokedMakesWayWhileItWaitsForItsNextAttemptOrToBeAcknowledged() throws Exception {
		AtomicBoolean revoked = new AtomicBoolean();
		List<Event> events = new CopyOnWriteArrayList<>();
		try (Deliveries deliveries = deliveries(OPTIONS.withAck(AckMode.MANUAL)
			.withRetry(RetryOptions.defaults().withBackoff((attempt) -> Duration.ofHours(1))), (event) -> {
				events.add(event);
				if (events.size() == 2) {
					throw new IllegalStateException("on purpose");
				}
			}, 3)) {
			deliveries.offer("topic", message("left"), receipt("left", revoked));
			deliveries.offer("topic", message("failed"), receipt("failed", revoked));
			deliveries.offer("topic", message("other"), receipt("other"));
			eventually(() -> assertThat(this.told).contains("failed attempted"));
			assertThat(events).hasSize(2);
			revoked.set(true);
			assertThat(deliveries.releaseRevoked(Duration.ofMinutes(1))).isTrue();
			eventually(() -> assertThat(events).hasSize(3));
			events.get(2).ack();
			assertThat(this.told).contains("left release", "failed release", "other ack");
			assertThat(deliveries.unsettled()).isZero();
		}
	}

	@Test
	void handlerMayEndItsOwnSubscription() {
		AtomicReference<Deliveries> own = new AtomicReference<>();
		CountDownLatch offered = new CountDownLatch(1);
		own.set(deliveries(OPTIONS, (event) -> {
			offered.await(1, TimeUnit.MINUTES);
			own.get().close();
		}, 4));
		own.get().offer("topic", message("a"), receipt("a"));
		own.get().offer("topic", message("b"), receipt("b"));
		offered.countDown();
		eventually(() -> assertThat(this.told).contains("b release", "a ack"));
	}

	@Test
	void errorOfAHandlerEndsNothing() {
		List<Event> events = new CopyOnWriteArrayList<>();
		try (Deliveries deliveries = deliveries(OPTIONS, (event) -> {
			if (event.attempt() == 1) {
				throw new StackOverflowError("on purpose");
			}
			events.add(event);
		}, 4)) {
			deliveries.offer("topic", message("a"), receipt("a"));
			deliveries.offer("topic", message("b"), receipt("b"));
			eventually(() -> assertThat(events).hasSize(2));
		}
	}

	@Test
	void exceptionThatCannotBeShownAndBackOffThatFailsEndNothing() {
		listen();
		SubscribeOptions broken = OPTIONS.withRetry(RetryOptions.defaults().withBackoff((attempt) -> {
			throw new IllegalStateException("on purpose");
		}));
		List<Event> events = new CopyOnWriteArrayList<>();
		try (Deliveries deliveries = deliveries(broken, (event) -> {
			events.add(event);
			throw new Unshowable();
		}, 4)) {
			deliveries.offer("topic", message("a"), receipt("a"));
			deliveries.offer("topic", message("b"), receipt("b"));
			eventually(() -> assertThat(this.told).contains("a ack", "b ack"));
			assertThat(deliveries.unsettled()).isZero();
		}
		try (Deliveries deliveries = deliveries(OPTIONS.withRetry(RetryOptions.none()), (event) -> {
			throw new Unshowable();
		}, 4)) {
			deliveries.offer("topic", message("c"), receipt("c"));
			eventually(() -> assertThat(this.dead).hasSize(3));
			assertThat(this.dead.get(2).header(Headers.DEAD_LETTER_REASON)).contains("cannot be shown");
		}
		assertThat(events).hasSize(6);
	}

	@Test
	void bodyThatIsTooLargeForTheDeadLetterTopicIsLeftOut() {
		listen();
		Broker small = new Refusing(this.broker, (message) -> {
			if (message.body().length > 3) {
				throw BrokerException.refused("too large", null);
			}
		});
		try (Deliveries deliveries = new Deliveries(small, OPTIONS, DeliveriesTest::unreadable, (event) -> {
		}, this.executor, 4)) {
			deliveries.offer("topic", message("abc"), receipt("a"));
			deliveries.offer("topic", message("abcd"), receipt("b"));
			eventually(() -> assertThat(this.told).contains("a ack", "b ack"));
		}
		eventually(() -> assertThat(this.dead).hasSize(2));
		assertThat(this.dead).extracting((letter) -> letter.body().length).containsExactly(3, 0);
		assertThat(this.dead.get(1).header(Headers.DEAD_LETTER_REASON)).contains("no figure")
			.contains("4 bytes are left out");
		assertThat(this.dead.get(1).header(Headers.DEAD_LETTER_ATTEMPTS)).isEqualTo("1");
	}

	@Test
	void deadLetterThatNobodyTakesNowIsPublishedLaterAndTheMessageIsNotAcknowledgedBefore() {
		listen();
		List<String> tries = new ArrayList<>();
		Broker away = new Refusing(this.broker, (message) -> {
			tries.add("tried with " + this.told.contains("a ack"));
			if (tries.size() == 1) {
				throw new BrokerException("away", null);
			}
		});
		try (Deliveries deliveries = new Deliveries(away, OPTIONS, DeliveriesTest::unreadable, (event) -> {
		}, this.executor, 4)) {
			deliveries.offer("topic", message("a"), receipt("a"));
			eventually(() -> assertThat(this.told).contains("a ack"));
		}
		assertThat(tries).containsExactly("tried with false", "tried with false");
		eventually(() -> assertThat(this.dead).hasSize(1));
	}

	@Test
	void messageThatIsGivenUpIsADeadLetterWithoutBeingHandled() {
		listen();
		List<Event> handled = new CopyOnWriteArrayList<>();
		try (Deliveries deliveries = deliveries(OPTIONS, handled::add, 1)) {
			assertThat(deliveries.giveUp("topic", message("a"), receipt("a"), "its members died of it")).isTrue();
			eventually(() -> assertThat(this.told).containsExactly("a ack"));
			assertThat(deliveries.unsettled()).isZero();
		}
		eventually(() -> assertThat(this.dead).hasSize(1));
		assertThat(this.dead.get(0).header(Headers.DEAD_LETTER_REASON)).isEqualTo("its members died of it");
		assertThat(this.dead.get(0).body()).isEqualTo(message("a").body());
		assertThat(handled).isEmpty();
	}

	private static Message unreadable(Message raw) {
		throw new IllegalArgumentException("no figure in it");
	}

	private void listen() {
		this.broker.subscribe("dead", SubscribeOptions.defaults(), (event) -> this.dead.add(event.message()));
	}

	private Deliveries deliveries(SubscribeOptions options, EventHandler handler, int room) {
		return new Deliveries(this.broker, options, (raw) -> raw, handler, this.executor, room);
	}

	private Receipt receipt(String name) {
		return receipt(name, new AtomicBoolean());
	}

	private Receipt receipt(String name, AtomicBoolean revoked) {
		return new Receipt() {
			@Override
			public boolean isRevoked() {
				return revoked.get();
			}

			@Override
			public void ack() {
				DeliveriesTest.this.told.add(name + " ack");
			}

			@Override
			public void release() {
				DeliveriesTest.this.told.add(name + " release");
			}

			@Override
			public void attempted() {
				DeliveriesTest.this.told.add(name + " attempted");
			}
		};
	}

	private static Message message(String text) {
		return new Message(Metadata.empty(), text.getBytes(StandardCharsets.UTF_8));
	}

	private static void eventually(ThrowingRunnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5)).untilAsserted(assertion);
	}

	private static final class Unshowable extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public String getMessage() {
			throw new IllegalStateException("on purpose");
		}

	}

	/** A broker that may refuse what another would take. */
	record Refusing(Broker broker, Consumer<Message> check) implements Broker {

		@Override
		public String name() {
			return this.broker.name();
		}

		@Override
		public String address() {
			return this.broker.address();
		}

		@Override
		public void connect() {
			this.broker.connect();
		}

		@Override
		public void publish(String topic, Message message) {
			this.check.accept(message);
			this.broker.publish(topic, message);
		}

		@Override
		public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
			return this.broker.subscribe(topic, options, handler);
		}

		@Override
		public Set<BrokerFeature> features() {
			return this.broker.features();
		}

		@Override
		public void close() {
			this.broker.close();
		}

	}

}
