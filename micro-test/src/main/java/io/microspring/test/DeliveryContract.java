package io.microspring.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.broker.AckMode;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Event;
import io.microspring.broker.RetryOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.broker.UnreadableMessageException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.process.JavaProcess;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What becomes of messages that a handler fails on, or does not live to handle: a part of
 * {@link BrokerContract}.
 */
abstract class DeliveryContract extends BrokerFixture {

	private static final SubscribeOptions QUICK = SubscribeOptions.defaults()
		.withRetry(RetryOptions.defaults().withBackoff((attempt) -> Duration.ofMillis(20)));

	private static final int KILLED = 100;

	/** A server may hold its dead member for alive for some time. */
	private static final String KILLED_QUEUE = "q-killed";

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

	// acknowledged by hand

	@Test
	@Shows(BrokerFact.MANUAL_ACK)
	void whatIsAcknowledgedByHandDoesNotComeAgain() {
		assumeHas(BrokerFeature.REDELIVERY);
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
		assumeHas(BrokerFeature.REDELIVERY);
		List<Event> first = new CopyOnWriteArrayList<>();
		Subscription subscription = byHand(this.broker, first);
		settle(this.topic);
		publish(0, 3);
		awaitBodies(first, 3);
		List<Event> second = new CopyOnWriteArrayList<>();
		byHand(reachesOthers() ? another() : this.broker, second);
		settle(this.topic);
		subscription.close();
		eventually().untilAsserted(() -> assertThat(bodies(second)).contains("0", "1", "2"));
		first.get(0).ack();
		assertThat(bodies(second)).containsOnly("0", "1", "2");
	}

	@Test
	@Shows(BrokerFact.MANUAL_ACK)
	void whatIsRefusedByHandIsTriedAgain() {
		assumeHas(BrokerFeature.REDELIVERY);
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
		assumeHas(BrokerFeature.DURABLE_QUEUES);
		Subscription subscription = subscribe("q", (event) -> {
		});
		settle(this.topic);
		subscription.close();
		publish(0, 3);
		awaitBodies(subscribe("q"), 3);
	}

	@Test
	@Shows(BrokerFact.LAG)
	void howManyMessagesWaitIsKnown() {
		assumeHas(BrokerFeature.LAG);
		CountDownLatch gate = new CountDownLatch(1);
		List<Event> received = new CopyOnWriteArrayList<>();
		Subscription subscription = subscribe(has(BrokerFeature.QUEUES) ? "q" : "", (event) -> {
			gate.await(1, TimeUnit.MINUTES);
			received.add(event);
		});
		settle(this.topic);
		publish(0, 20);
		eventually().untilAsserted(() -> assertThat(subscription.lag().orElseThrow()).isPositive());
		gate.countDown();
		awaitBodies(received, 20);
		eventually().untilAsserted(() -> assertThat(subscription.lag()).hasValue(0));
	}

	@Test
	@Shows(BrokerFact.RESTART)
	void subscriptionsGoOnAfterARestartOfTheServer() {
		assumeTrue(restarts(), "there is no server that could be restarted here");
		List<Event> copies = subscribe("");
		List<Event> shared = has(BrokerFeature.QUEUES) ? subscribe("q") : copies;
		settle(this.topic);
		publish(0, 1);
		eventually().untilAsserted(() -> assertThat(List.of(copies, shared)).allSatisfy(BrokerFixture::assertSome));
		copies.clear();
		shared.clear();
		restartServer();
		eventually().ignoreExceptionsInstanceOf(BrokerException.class).untilAsserted(() -> {
			this.broker.publish(this.topic, message("after"));
			assertThat(List.of(copies, shared)).allSatisfy(BrokerFixture::assertSome);
		});
	}

	@Test
	@Shows(BrokerFact.AT_LEAST_ONCE)
	void processThatIsKilledLosesNothing() {
		assumeHas(BrokerFeature.REDELIVERY);
		Class<?> opener = opener();
		assumeTrue(opener != null, "there is no other process that could be killed");
		List<String> handled = new ArrayList<>();
		// Keeps the queue where it goes with its last member.
		CountDownLatch never = new CountDownLatch(has(BrokerFeature.DURABLE_QUEUES) ? 0 : 1);
		Set<String> here = ConcurrentHashMap.newKeySet();
		if (never.getCount() > 0) {
			subscribe(KILLED_QUEUE, (event) -> here.add(body(event)));
		}
		try (JavaProcess first = consumer(opener)) {
			first.awaitLine("subscribed");
			settle(this.topic);
			publish(0, KILLED);
			first.awaitLine("^handled ");
			first.kill();
			handled.addAll(handled(first));
			assertThat(handled).as("killed in the middle").hasSizeLessThan(KILLED);
		}
		try (JavaProcess second = consumer(opener)) {
			second.awaitLine("subscribed");
			eventually().untilAsserted(() -> {
				Set<String> all = new TreeSet<>(handled);
				all.addAll(handled(second));
				all.addAll(here);
				assertThat(all).hasSize(KILLED);
			});
			handled.addAll(handled(second));
		}
		handled.addAll(here);
		System.getLogger(DeliveryContract.class.getName())
			.log(System.Logger.Level.INFO, "{0}: {1} messages, {2} handled twice", this.broker.name(), KILLED,
					handled.size() - KILLED);
	}

	private JavaProcess consumer(Class<?> opener) {
		return JavaProcess.start(ConsumerProcess.class, opener.getName(), serverAddress(), this.topic, KILLED_QUEUE);
	}

	private static List<String> handled(JavaProcess process) {
		return process.lines()
			.stream()
			.filter((line) -> line.startsWith("handled "))
			.map((line) -> line.substring("handled ".length()))
			.toList();
	}

	// refused

	@Test
	void whatItCannotDoIsRefusedByName() {
		if (!has(BrokerFeature.QUEUES)) {
			assertRefused(SubscribeOptions.defaults().withQueue("q"), BrokerFeature.QUEUES);
		}
		if (!has(BrokerFeature.REDELIVERY)) {
			assertRefused(SubscribeOptions.defaults().withAck(AckMode.MANUAL), BrokerFeature.REDELIVERY);
		}
		assertThatIllegalArgumentException().isThrownBy(() -> this.broker.subscribe(this.topic,
				SubscribeOptions.defaults().withDeadLetter(this.topic), (event) -> {
				}))
			.withMessageContaining("its own dead letter topic");
	}

	private void assertRefused(SubscribeOptions options, BrokerFeature feature) {
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> this.broker.subscribe(this.topic, options, (event) -> {
			}))
			.withMessageContaining(this.broker.name())
			.withMessageContaining(feature.text())
			.matches(BrokerException::isRefused);
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
