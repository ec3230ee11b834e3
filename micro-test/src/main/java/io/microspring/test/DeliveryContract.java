package io.microspring.test;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.broker.AckMode;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Event;
import io.microspring.broker.RetryOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.broker.UnreadableMessageException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of messages that a handler fails on, or is not there for: a part of
 * {@link BrokerContract}.
 */
abstract class DeliveryContract extends MessageContract {

	/**
	 * Handlers at once: more than brokers fetch ahead by default, and fewer than threads.
	 */
	private static final int MANY = 130;

	/** The least that closing a subscription may wait for what does not come. */
	private static final Duration LEAVING = Duration.ofSeconds(5);

	private static final SubscribeOptions QUICK = SubscribeOptions.defaults()
		.withRetry(RetryOptions.defaults().withBackoff((attempt) -> Duration.ofMillis(20)));

	// again

	@Test
	@Shows(BrokerFact.RETRY)
	void messageThatItsHandlerFailsOnIsTriedAgain() {
		List<String> handled = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic, QUICK, (event) -> {
			handled.add(body(event) + "/" + event.attempt());
			if (body(event).equals("1") && event.attempt() < 3) {
				throw new IllegalStateException("thrown by a handler, on purpose");
			}
		});
		settle(this.topic);
		publish(0, 3);
		String[] all = { "0/1", "1/1", "1/2", "1/3", "2/1" };
		eventually().untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder(all));
		if (has(BrokerFeature.ORDER)) {
			assertThat(handled).containsExactly(all);
		}
	}

	@Test
	@Shows(BrokerFact.DEAD_LETTER)
	void messageGoesToTheDeadLetterTopicAfterTheLastAttempt() {
		List<String> handled = new CopyOnWriteArrayList<>();
		List<Event> dead = deadLetters();
		this.broker.subscribe(this.topic, QUICK.withDeadLetter(this.topic + ".dead"), (event) -> {
			if (body(event).equals("1")) {
				throw new IllegalStateException("no good, said on purpose");
			}
			handled.add(body(event));
		});
		settle(this.topic);
		publish(0, 1);
		this.broker.publish(this.topic, message("1").withHeader("X-Kind", "poor"));
		publish(2, 4);
		eventually().untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder("0", "2", "3"));
		eventually().untilAsserted(() -> assertThat(bodies(dead)).containsExactly("1"));
		Message letter = dead.get(0).message();
		assertThat(letter.header("X-Kind")).isEqualTo("poor");
		assertThat(letter.header(Headers.DEAD_LETTER_TOPIC)).isEqualTo(this.topic);
		assertThat(letter.header(Headers.DEAD_LETTER_REASON)).contains("no good, said on purpose");
		assertThat(letter.header(Headers.DEAD_LETTER_ATTEMPTS)).isEqualTo("3");
	}

	@Test
	@Shows(BrokerFact.DEAD_LETTER)
	void messageThatCannotBeReadIsADeadLetterAtOnce() {
		AtomicInteger attempts = new AtomicInteger();
		List<Event> dead = deadLetters();
		this.broker.subscribe(this.topic, QUICK.withDeadLetter(this.topic + ".dead"), (event) -> {
			attempts.incrementAndGet();
			throw new UnreadableMessageException("no figure in it", null);
		});
		settle(this.topic);
		publish(0, 1);
		eventually().untilAsserted(() -> assertThat(bodies(dead)).containsExactly("0"));
		assertThat(attempts).hasValue(1);
		assertThat(dead.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("no figure in it");
	}

	private List<Event> deadLetters() {
		List<Event> dead = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic + ".dead", SubscribeOptions.defaults(), dead::add);
		settle(this.topic + ".dead");
		return dead;
	}

	// at once

	@Test
	@Shows(BrokerFact.CONCURRENCY)
	void asManyMessagesAsAskedForAreHandledAtOnceAndNoMore() {
		CountDownLatch together = new CountDownLatch(3);
		AtomicInteger now = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		List<Event> received = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic, SubscribeOptions.defaults().withConcurrency(3), (event) -> {
			most.accumulateAndGet(now.incrementAndGet(), Math::max);
			together.countDown();
			assertThat(together.await(patience().toSeconds(), TimeUnit.SECONDS)).isTrue();
			now.decrementAndGet();
			received.add(event);
		});
		settle(this.topic);
		publish(0, 30);
		awaitBodies(received, 30);
		assertThat(most).hasValue(3);
	}

	@Test
	@Shows(BrokerFact.CONCURRENCY)
	void moreThanABrokerFetchesAheadAreHandledAtOnceWhenAskedFor() {
		CountDownLatch together = new CountDownLatch(MANY);
		List<Event> received = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic,
				SubscribeOptions.defaults().withQueue(has(BrokerFeature.QUEUES) ? "q" : "").withConcurrency(MANY),
				(event) -> {
					together.countDown();
					if (together.await(patience().toSeconds(), TimeUnit.SECONDS)) {
						received.add(event);
					}
				});
		settle(this.topic);
		publish(0, MANY);
		awaitBodies(received, MANY);
	}

	// acknowledged by hand

	@Test
	@Shows(BrokerFact.MANUAL_ACK)
	void whatIsAcknowledgedByHandDoesNotComeAgain() {
		if (refusesToWaitForAcks()) {
			return;
		}
		List<Event> first = new CopyOnWriteArrayList<>();
		Subscription subscription = byHand(this.broker, first);
		settle(this.topic);
		publish(0, 3);
		awaitBodies(first, 3);
		first.forEach(Event::ack);
		List<Event> second = new CopyOnWriteArrayList<>();
		byHand(this.broker, second);
		settle(this.topic);
		subscription.close();
		eventually().untilAsserted(() -> {
			this.broker.publish(this.topic, message("more"));
			assertThat(second).isNotEmpty();
		});
		assertThat(bodies(second)).containsOnly("more");
	}

	@Test
	@Shows(BrokerFact.REDELIVERY)
	void whatWasNotAcknowledgedGoesToAnotherMemberOfTheQueue() {
		if (refusesToWaitForAcks()) {
			return;
		}
		List<Event> first = new CopyOnWriteArrayList<>();
		Subscription subscription = byHand(this.broker, first);
		settle(this.topic);
		publish(0, 3);
		awaitBodies(first, 3);
		List<Event> second = new CopyOnWriteArrayList<>();
		byHand(another(), second);
		settle(this.topic);
		subscription.close();
		eventually().untilAsserted(() -> assertThat(bodies(second)).contains("0", "1", "2"));
		// Too late: it is the other's by now, which goes on with it and with what comes.
		first.get(0).ack();
		publish(3, 4);
		eventually().untilAsserted(() -> assertThat(bodies(second)).contains("3"));
		assertThat(bodies(second)).containsOnly("0", "1", "2", "3");
	}

	@Test
	@Shows(BrokerFact.MANUAL_ACK)
	void whatIsRefusedByHandIsTriedAgain() {
		if (refusesToWaitForAcks()) {
			return;
		}
		List<Integer> attempts = new CopyOnWriteArrayList<>();
		List<Event> dead = deadLetters();
		this.broker.subscribe(this.topic,
				QUICK.withQueue("q").withAck(AckMode.MANUAL).withDeadLetter(this.topic + ".dead"), (event) -> {
					attempts.add(event.attempt());
					event.nack("not now");
				});
		settle(this.topic);
		publish(0, 1);
		eventually().untilAsserted(() -> assertThat(bodies(dead)).containsExactly("0"));
		assertThat(attempts).containsExactly(1, 2, 3);
		assertThat(dead.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("not now");
	}

	private Subscription byHand(Broker member, List<Event> received) {
		return member.subscribe(this.topic, SubscribeOptions.defaults().withQueue("q").withAck(AckMode.MANUAL),
				received::add);
	}

	// away

	@Test
	@Shows(BrokerFact.DURABLE_QUEUES)
	void queueKeepsWhatIsPublishedWhileNoMemberIsThere() {
		if (refusesQueues()) {
			return;
		}
		Subscription subscription = subscribe("q", (event) -> {
		});
		settle(this.topic);
		subscription.close();
		publish(0, 3);
		List<Event> later = subscribe("q");
		if (lacks(BrokerFeature.DURABLE_QUEUES)) {
			settle(this.topic);
			publish(3, 4);
			eventually().untilAsserted(() -> assertThat(bodies(later)).as("all but what is gone").containsExactly("3"));
		}
		else {
			awaitBodies(later, 3);
		}
	}

	@Test
	@Shows(BrokerFact.REDELIVERY)
	void whatIsHandledByAHandlerThatEndsItsSubscriptionDoesNotComeAgain() {
		if (refusesQueues()) {
			return;
		}
		List<Event> first = new CopyOnWriteArrayList<>();
		List<Duration> took = new CopyOnWriteArrayList<>();
		CompletableFuture<Subscription> subscription = new CompletableFuture<>();
		subscription.complete(subscribe("q", (event) -> {
			first.add(event);
			long began = System.nanoTime();
			subscription.join().close();
			took.add(Duration.ofNanos(System.nanoTime() - began));
		}));
		settle(this.topic);
		publish(0, 1);
		eventually().untilAsserted(() -> assertThat(took).hasSize(1));
		assertThat(took.get(0)).as("waiting for itself").isLessThan(LEAVING);
		List<Event> second = subscribe("q");
		settle(this.topic);
		publish(1, 2);
		eventually().untilAsserted(() -> assertThat(bodies(second)).contains("1"));
		publish(2, 3);
		eventually().untilAsserted(() -> assertThat(bodies(second)).contains("2"));
		assertThat(bodies(second)).containsExactlyInAnyOrder("1", "2");
		assertThat(bodies(first)).containsExactly("0");
	}

	@Test
	@Shows(BrokerFact.LAG)
	void howManyMessagesWaitIsKnown() {
		CountDownLatch gate = new CountDownLatch(1);
		List<Event> received = new CopyOnWriteArrayList<>();
		Subscription subscription = subscribe(has(BrokerFeature.QUEUES) ? "q" : "", (event) -> {
			gate.await(1, TimeUnit.MINUTES);
			received.add(event);
		});
		settle(this.topic);
		publish(0, 20);
		boolean unknown = lacks(BrokerFeature.LAG);
		eventually().untilAsserted(() -> assertThat(subscription.lag().orElse(unknown ? 1 : 0)).isPositive());
		gate.countDown();
		awaitBodies(received, 20);
		eventually().untilAsserted(
				() -> assertThat(subscription.lag()).isEqualTo(unknown ? OptionalLong.empty() : OptionalLong.of(0)));
	}

	// refused

	@Test
	void whatItCannotDoIsRefusedByName() {
		refusesQueues();
		refusesToWaitForAcks();
		assertRefused(() -> this.broker.subscribe(this.topic, SubscribeOptions.defaults().withDeadLetter(this.topic),
				(event) -> {
				}))
			.withMessageContaining("its own dead letter topic");
	}

	@Test
	void messageIsHandledThatIsAcknowledgedOnArrival() {
		List<Event> received = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic, QUICK.withAck(AckMode.NONE), (event) -> {
			received.add(event);
			if (event.attempt() == 1) {
				throw new IllegalStateException("thrown by a handler, on purpose");
			}
		});
		settle(this.topic);
		this.broker.publish(this.topic, new Message(Metadata.empty(), new byte[] { 1 }));
		eventually().untilAsserted(() -> assertThat(received).hasSize(2));
	}

}
