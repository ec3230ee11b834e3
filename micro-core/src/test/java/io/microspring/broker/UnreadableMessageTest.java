package io.microspring.broker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A message that its broker cannot read. */
class UnreadableMessageTest {

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "unreadable-test");

	private final Broker broker = Broker.memory();

	@AfterEach
	void close() {
		this.broker.close();
		this.executor.shutdown();
	}

	@Test
	void handlerIsToldOfAMessageThatCannotBeReadAndIsNotGivenIt() {
		List<String> told = new CopyOnWriteArrayList<>();
		EventHandler handler = new EventHandler() {
			@Override
			public void handle(Event event) {
				told.add("handled");
			}

			@Override
			public void unreadable(Event event, UnreadableMessageException reason) {
				told.add(event.topic() + " " + event.attempt() + " " + reason.getMessage());
				throw new IllegalStateException("thrown by a handler, on purpose");
			}
		};
		List<Event> dead = new CopyOnWriteArrayList<>();
		this.broker.subscribe("dead", SubscribeOptions.defaults(), dead::add);
		SubscribeOptions options = SubscribeOptions.defaults().withDeadLetter("dead");
		try (Deliveries deliveries = new Deliveries(this.broker, options, (raw) -> {
			throw new IllegalArgumentException("no envelope");
		}, handler, this.executor, 1)) {
			deliveries.offer("topic", Message.of(Metadata.empty()), Receipt.NONE);
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> dead.size() == 1);
		}
		assertThat(told).containsExactly("topic 1 no envelope");
	}

}
