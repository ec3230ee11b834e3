package io.microspring.broker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class MemoryBrokerTest {

	private static final Message MESSAGE = Message.of(Metadata.empty());

	private static final SubscribeOptions DIRECT = SubscribeOptions.defaults().withDirect(true);

	private final CountDownLatch gate = new CountDownLatch(1);

	private final CountDownLatch handling = new CountDownLatch(1);

	@Test
	void whatAMemberOfAQueueLeavesGoesToTheOthersEvenIfTheyHaveNoRoomYet() {
		try (MemoryBroker broker = new MemoryBroker(4, Duration.ofMinutes(1))) {
			CountDownLatch gate = new CountDownLatch(1);
			List<String> handled = new CopyOnWriteArrayList<>();
			EventHandler slow = (event) -> {
				gate.await(1, TimeUnit.MINUTES);
				handled.add(new String(event.message().body(), StandardCharsets.UTF_8));
			};
			SubscribeOptions queue = SubscribeOptions.defaults().withQueue("q");
			Subscription leaving = broker.subscribe("orders", queue, slow);
			broker.subscribe("orders", queue, slow);
			List<String> all = IntStream.range(0, 10).mapToObj(String::valueOf).toList();
			all.forEach((text) -> broker.publish("orders",
					new Message(Metadata.empty(), text.getBytes(StandardCharsets.UTF_8))));
			Thread closing = Threads.start("closing", leaving::close);
			gate.countDown();
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrderElementsOf(all));
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !closing.isAlive());
		}
	}

	@Test
	void whatADirectMemberOfAQueueFailedOnGoesToAnotherWhenItEnds() {
		try (Broker broker = Broker.memory()) {
			SubscribeOptions queue = DIRECT.withQueue("q")
				.withRetry(RetryOptions.defaults().withBackoff((attempt) -> Duration.ofHours(1)));
			Subscription leaving = broker.subscribe("orders", queue, (event) -> {
				throw new IllegalStateException("thrown by a handler, on purpose");
			});
			broker.publish("orders", MESSAGE);
			List<Event> received = new CopyOnWriteArrayList<>();
			broker.subscribe("orders", queue, received::add);
			leaving.close();
			await().until(() -> received.size() == 1);
		}
	}

	@Test
	void publisherIsToldWhenASubscriberDoesNotKeepUp() throws InterruptedException {
		try (MemoryBroker broker = new MemoryBroker(1, Duration.ofMillis(20))) {
			broker.subscribe("orders", SubscribeOptions.defaults(), this::stuck);
			fill(broker);
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish("orders", MESSAGE))
				.withMessageContaining("orders")
				.withMessageContaining("1 messages");
			this.gate.countDown();
		}
	}

	@Test
	void queueMemberThatDoesNotKeepUpIsPassedOver() throws InterruptedException {
		try (MemoryBroker broker = new MemoryBroker(1, Duration.ofMillis(20))) {
			List<Event> quick = new CopyOnWriteArrayList<>();
			SubscribeOptions queue = SubscribeOptions.defaults().withQueue("q");
			broker.subscribe("orders", queue, this::stuck);
			fill(broker);
			broker.subscribe("orders", queue, quick::add);
			for (int i = 1; i <= 10; i++) {
				int count = i;
				broker.publish("orders", MESSAGE);
				await().until(() -> quick.size() == count);
			}
			this.gate.countDown();
		}
	}

	@Test
	void directHandlerHasRunOnThePublishersThreadWhenPublishingReturns() {
		try (Broker broker = Broker.memory()) {
			List<Thread> threads = new ArrayList<>();
			broker.subscribe("orders", DIRECT, (event) -> threads.add(Thread.currentThread()));
			broker.publish("orders", MESSAGE);
			broker.publish("orders", MESSAGE);
			assertThat(threads).containsExactly(Thread.currentThread(), Thread.currentThread());
		}
	}

	@Test
	void directHandlerThatFailsDisturbsNeitherPublisherNorOthers() {
		try (Broker broker = Broker.memory()) {
			List<Event> received = new ArrayList<>();
			broker.subscribe("orders", DIRECT, (event) -> {
				throw new AssertionError("thrown by a handler, on purpose");
			});
			broker.subscribe("orders", DIRECT, received::add);
			broker.publish("orders", MESSAGE);
			assertThat(received).hasSize(1);
		}
	}

	@Test
	void interruptThatADirectHandlerThrewIsLeftToThePublisher() {
		try (Broker broker = Broker.memory()) {
			broker.subscribe("orders", DIRECT, (event) -> {
				throw new InterruptedException();
			});
			broker.publish("orders", MESSAGE);
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	@Test
	void directMembersShareTheMessagesOfTheirQueue() {
		try (Broker broker = Broker.memory()) {
			List<Event> first = new ArrayList<>();
			List<Event> second = new ArrayList<>();
			broker.subscribe("orders", DIRECT.withQueue("q"), first::add);
			broker.subscribe("orders", DIRECT.withQueue("q"), second::add);
			for (int i = 0; i < 10; i++) {
				broker.publish("orders", MESSAGE);
			}
			assertThat(first).hasSize(5);
			assertThat(second).hasSize(5);
		}
	}

	@Test
	void directHandlerMayCloseItsSubscription() {
		try (Broker broker = Broker.memory()) {
			List<Subscription> subscriptions = new ArrayList<>();
			List<Event> received = new ArrayList<>();
			subscriptions.add(broker.subscribe("orders", DIRECT, (event) -> {
				received.add(event);
				subscriptions.get(0).close();
			}));
			broker.publish("orders", MESSAGE);
			broker.publish("orders", MESSAGE);
			assertThat(received).hasSize(1);
		}
	}

	private void stuck(Event event) throws InterruptedException {
		this.handling.countDown();
		this.gate.await();
	}

	/** One message is being handled, another one waits. */
	private void fill(Broker broker) throws InterruptedException {
		broker.publish("orders", MESSAGE);
		this.handling.await();
		broker.publish("orders", MESSAGE);
		assertThat(this.gate.getCount()).isOne();
	}

}
