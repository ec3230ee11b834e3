package io.microspring.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Threads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every broker does. A test of a broker extends this class, or
 * {@link ServerBrokerContract} where there is a server, and says how to open one. No test
 * is skipped: where {@link Broker#features()} or a switch say that the broker cannot do
 * what a test is about, the test shows that it refuses, or what it does instead. Every
 * test uses topics of its own, so that a server may be shared.
 */
public abstract class BrokerContract extends DeliveryContract {

	// who gets what

	@Test
	@Shows(BrokerFact.COPIES)
	void everySubscriberGetsACopy() {
		List<Event> first = subscribe("");
		List<Event> second = subscribe("");
		settle(this.topic);
		publish(0, 10);
		awaitBodies(first, 10);
		awaitBodies(second, 10);
	}

	@Test
	@Shows(BrokerFact.QUEUES)
	void membersOfAQueueShareItsMessages() {
		if (refusesQueues()) {
			return;
		}
		List<Event> first = subscribe("q");
		List<Event> second = subscribe("q");
		List<Event> third = subscribe("q");
		settle(this.topic);
		publish(0, 60);
		eventually().until(() -> first.size() + second.size() + third.size() >= 60);
		List<Event> all = new ArrayList<>(first);
		all.addAll(second);
		all.addAll(third);
		assertThat(bodies(all)).containsExactlyInAnyOrderElementsOf(texts(60));
		awaitShares(List.of(first, second, third));
	}

	@Test
	@Shows(BrokerFact.QUEUES)
	void eachQueueGetsACopy() {
		if (refusesQueues()) {
			return;
		}
		List<Event> first = subscribe("q1");
		List<Event> second = subscribe("q2");
		List<Event> alone = subscribe("");
		settle(this.topic);
		publish(0, 10);
		awaitBodies(first, 10);
		awaitBodies(second, 10);
		awaitBodies(alone, 10);
	}

	@Test
	void subscriberOfAnotherBrokerGetsACopy() {
		Broker second = another();
		List<Event> here = subscribe("");
		List<Event> there = new CopyOnWriteArrayList<>();
		second.subscribe(this.topic, SubscribeOptions.defaults(), there::add);
		settle(this.topic);
		publish(0, 10);
		awaitBodies(here, 10);
		awaitBodies(there, 10);
	}

	@Test
	void eachSubscriptionGetsOneCopyFromAnotherBroker() {
		List<Event> first = subscribe("");
		List<Event> second = subscribe("");
		List<Event> shared = subscribe(has(BrokerFeature.QUEUES) ? "q" : "");
		settle(this.topic);
		Broker publisher = another();
		for (String text : texts(10)) {
			publisher.publish(this.topic, message(text));
		}
		awaitBodies(first, 10);
		awaitBodies(second, 10);
		awaitBodies(shared, 10);
		publisher.publish(this.topic, message("10"));
		awaitBodies(first, 11);
		awaitBodies(second, 11);
		awaitBodies(shared, 11);
	}

	@Test
	void membersOfAQueueOnSeveralBrokersShareItsMessages() {
		if (refusesQueues()) {
			return;
		}
		List<Event> here = subscribe("q");
		List<Event> there = new CopyOnWriteArrayList<>();
		another().subscribe(this.topic, SubscribeOptions.defaults().withQueue("q"), there::add);
		settle(this.topic);
		publish(0, 40);
		eventually().until(() -> here.size() + there.size() >= 40);
		List<Event> all = new ArrayList<>(here);
		all.addAll(there);
		assertThat(bodies(all)).containsExactlyInAnyOrderElementsOf(texts(40));
		awaitShares(List.of(here, there));
	}

	@Test
	void topicsDoNotMix() {
		List<Event> here = subscribe("");
		List<Event> other = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic + ".b", SubscribeOptions.defaults(), other::add);
		settle(this.topic);
		settle(this.topic + ".b");
		this.broker.publish(this.topic + ".b", message("other"));
		publish(0, 1);
		awaitBodies(here, 1);
		eventually().untilAsserted(() -> assertThat(bodies(other)).containsExactly("other"));
		assertThat(here).extracting(Event::topic).containsOnly(this.topic);
	}

	@Test
	void publishingWithoutSubscribersIsFine() {
		assertThatCode(() -> publish(0, 3)).doesNotThrowAnyException();
		List<Event> later = subscribe("");
		settle(this.topic);
		this.broker.publish(this.topic, message("later"));
		eventually().untilAsserted(() -> assertThat(bodies(later)).contains("later"));
	}

	// how it arrives

	@Test
	@Shows(BrokerFact.ORDER)
	void oneSubscriberGetsTheMessagesOfOnePublisherInOrder() {
		List<Event> received = subscribe("");
		settle(this.topic);
		publish(0, 200);
		awaitBodies(received, 200);
		if (!lacks(BrokerFeature.ORDER)) {
			assertThat(bodies(received)).isEqualTo(texts(200));
		}
	}

	@Test
	void thousandMessagesFromSeveralPublishersAllArrive() {
		List<Event> received = subscribe("");
		settle(this.topic);
		CompletableFuture
			.allOf(IntStream.range(0, 4)
				.mapToObj(
						(i) -> CompletableFuture.runAsync(() -> publish(i * 250, (i + 1) * 250), BrokerContract::start))
				.toArray(CompletableFuture[]::new))
			.join();
		eventually().until(() -> received.size() >= 1000);
		assertThat(bodies(received)).containsExactlyInAnyOrderElementsOf(texts(1000));
	}

	@Test
	@Shows(BrokerFact.ANY_TOPIC)
	void anyTextIsATopicOrRefused() {
		String odd = this.topic + " / grüße?&id=%20#\u2615";
		if (cannot(!takesAnyTopic())) {
			assertRefused(() -> this.broker.publish(odd, message("odd"))).withMessageContaining(odd);
			assertRefused(() -> this.broker.subscribe(odd, SubscribeOptions.defaults(), (event) -> {
			})).withMessageContaining(odd);
			assertRefused(() -> this.broker.subscribe(this.topic, SubscribeOptions.defaults().withDeadLetter(odd),
					(event) -> {
					}))
				.withMessageContaining(odd);
			return;
		}
		List<Event> received = new CopyOnWriteArrayList<>();
		Subscription subscription = this.broker.subscribe(odd, SubscribeOptions.defaults(), received::add);
		settle(odd);
		this.broker.publish(odd, message("odd"));
		eventually().untilAsserted(() -> assertThat(bodies(received)).containsExactly("odd"));
		assertThat(received.get(0).topic()).isEqualTo(odd);
		assertThat(subscription.topic()).isEqualTo(odd);
	}

	@Test
	void emptyTopicIsRefused() {
		assertRefused(() -> this.broker.publish("", message("x")));
		assertRefused(() -> this.broker.subscribe("", SubscribeOptions.defaults(), (event) -> {
		}));
	}

	// handlers

	@Test
	void handlerThatThrowsGoesOnReceiving() {
		List<Event> received = new CopyOnWriteArrayList<>();
		Set<String> failed = ConcurrentHashMap.newKeySet();
		subscribe("", (event) -> {
			if (failed.add(body(event)) && body(event).equals("0")) {
				throw new IllegalStateException("thrown by a handler, on purpose");
			}
			received.add(event);
		});
		List<Event> other = subscribe("");
		settle(this.topic);
		publish(0, 5);
		eventually().untilAsserted(() -> assertThat(bodies(received)).contains("1", "2", "3", "4"));
		awaitBodies(other, 5);
	}

	@Test
	void handlerThatWaitsHoldsUpNeitherPublisherNorOthers() {
		CountDownLatch gate = new CountDownLatch(1);
		List<Event> slow = new CopyOnWriteArrayList<>();
		subscribe("", (event) -> {
			gate.await(1, TimeUnit.MINUTES);
			slow.add(event);
		});
		List<Event> quick = subscribe("");
		settle(this.topic);
		publish(0, 10);
		awaitBodies(quick, 10);
		assertThat(slow).isEmpty();
		gate.countDown();
		awaitBodies(slow, 10);
	}

	@Test
	void directHandlerGetsEachMessageOnce() {
		List<Event> received = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic, SubscribeOptions.defaults().withDirect(true), received::add);
		List<Event> other = subscribe("");
		settle(this.topic);
		publish(0, 10);
		awaitBodies(received, 10);
		awaitBodies(other, 10);
	}

	@Test
	void handlerMayPublish() {
		List<Event> answers = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic + ".answers", SubscribeOptions.defaults(), answers::add);
		subscribe("", (event) -> this.broker.publish(this.topic + ".answers", event.message()));
		settle(this.topic);
		settle(this.topic + ".answers");
		publish(0, 5);
		awaitBodies(answers, 5);
	}

	// closing

	@Test
	void closedSubscriptionGetsNothing() {
		List<Event> closed = new CopyOnWriteArrayList<>();
		Subscription subscription = subscribe("", closed::add);
		List<Event> open = subscribe("");
		settle(this.topic);
		publish(0, 1);
		eventually().untilAsserted(() -> assertThat(closed).hasSize(1));
		subscription.close();
		subscription.close();
		this.broker.publish(this.topic, message("1"));
		awaitBodies(open, 2);
		assertThat(bodies(closed)).containsExactly("0");
	}

	@Test
	@Shows(BrokerFact.QUEUES)
	void remainingMembersGetAllMessagesOfTheirQueue() {
		if (refusesQueues()) {
			return;
		}
		List<Event> left = new CopyOnWriteArrayList<>();
		Subscription leaving = subscribe("q", left::add);
		List<Event> staying = subscribe("q");
		settle(this.topic);
		leaving.close();
		publish(0, 20);
		awaitBodies(staying, 20);
		assertThat(left).isEmpty();
	}

	@Test
	void closedBrokerRefusesToWork() {
		Broker closed = another();
		closed.connect();
		closed.close();
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> closed.publish(this.topic, message("x")))
			.withMessageContaining("closed");
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> closed.subscribe(this.topic, SubscribeOptions.defaults(), (event) -> {
			}))
			.withMessageContaining("closed");
	}

	@Test
	void closingTwiceIsHarmless() {
		subscribe("");
		this.broker.close();
		assertThatCode(this.broker::close).doesNotThrowAnyException();
	}

	@Test
	void connectingTwiceIsHarmless() {
		this.broker.connect();
		assertThatCode(this.broker::connect).doesNotThrowAnyException();
		assertThat(this.broker.name()).isNotBlank().doesNotContain(" ");
		assertThat(this.broker.health().detail()).isNotBlank();
	}

	/** Whoever was slow to begin has a share of what comes then. */
	private void awaitShares(List<List<Event>> members) {
		if (spreadsQueues()) {
			eventually().until(() -> {
				boolean all = members.stream().noneMatch(List::isEmpty);
				if (!all) {
					publish(0, 10);
				}
				return all;
			});
		}
	}

	/** Runs a task on a thread of its own: the JDK's common pool may have but one. */
	private static void start(Runnable task) {
		Threads.start("caller", task);
	}

}
