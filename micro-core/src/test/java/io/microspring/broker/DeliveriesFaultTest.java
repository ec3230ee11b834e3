package io.microspring.broker;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** What else may go wrong than the handler. */
class DeliveriesFaultTest {

	private static final Message MESSAGE = Message.of(Metadata.empty());

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "deliveries-fault-test");

	private final Broker broker = Broker.memory();

	private final List<String> told = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.broker.close();
		this.executor.shutdown();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messageIsTriedAgainAlsoWhenNobodyKnowsWhen(boolean fails) {
		Backoff unknown = (attempt) -> {
			if (fails) {
				throw new ArrayIndexOutOfBoundsException("on purpose");
			}
			return null;
		};
		SubscribeOptions options = SubscribeOptions.defaults().withRetry(RetryOptions.defaults().withBackoff(unknown));
		try (Deliveries deliveries = deliveries(this.broker, options, (event) -> {
			this.told.add("attempt " + event.attempt());
			if (event.attempt() == 1) {
				throw new IllegalStateException("on purpose");
			}
		})) {
			deliveries.offer("topic", MESSAGE, receipt());
			eventually(() -> assertThat(this.told).containsExactly("attempt 1", "attempt 2", "ack"));
		}
	}

	@Test
	void deadLetterIsPublishedAgainAfterAnError() {
		AtomicBoolean failed = new AtomicBoolean();
		List<Event> dead = new CopyOnWriteArrayList<>();
		this.broker.subscribe("dead", SubscribeOptions.defaults(), dead::add);
		Broker failing = new DeliveriesTest.Refusing(this.broker, (message) -> {
			if (failed.compareAndSet(false, true)) {
				throw new OutOfMemoryError("on purpose");
			}
		});
		SubscribeOptions options = SubscribeOptions.defaults()
			.withRetry(RetryOptions.defaults().withAttempts(1))
			.withDeadLetter("dead");
		try (Deliveries deliveries = deliveries(failing, options, (event) -> {
			throw new IllegalStateException("on purpose");
		})) {
			deliveries.offer("topic", MESSAGE, receipt());
			eventually(() -> assertThat(dead).hasSize(1));
			eventually(() -> assertThat(this.told).containsExactly("ack"));
			assertThat(failed).isTrue();
		}
	}

	@Test
	void whatIsReleasedIsNotKeptWhileAHandlerIsBusy() {
		CountDownLatch gate = new CountDownLatch(1);
		AtomicBoolean revoked = new AtomicBoolean();
		try (Deliveries deliveries = deliveries(this.broker, SubscribeOptions.defaults(), (event) -> {
			this.told.add("handled");
			gate.await(1, TimeUnit.MINUTES);
		})) {
			deliveries.offer("topic", MESSAGE, receipt());
			eventually(() -> assertThat(this.told).containsExactly("handled"));
			WeakReference<Message> waiting = offerOne(deliveries, revoked);
			revoked.set(true);
			deliveries.releaseRevoked();
			eventually(() -> {
				System.gc();
				assertThat(waiting.get()).isNull();
			});
			gate.countDown();
		}
	}

	@Test
	void whatASubscriberWithoutAQueueLeavesIsToldOnceWithItsNumber() {
		Logger logger = (Logger) LoggerFactory.getLogger(Deliveries.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		logger.addAppender(log);
		CountDownLatch gate = new CountDownLatch(1);
		EventHandler busy = (event) -> {
			this.told.add("handled");
			gate.await(1, TimeUnit.MINUTES);
		};
		SubscribeOptions alone = SubscribeOptions.defaults();
		Deliveries leaving = deliveries(this.broker, alone, busy);
		Deliveries shared = deliveries(this.broker, alone.withQueue("q"), busy);
		try {
			for (int i = 0; i < 5; i++) {
				leaving.offer("topic", MESSAGE, Receipt.NONE);
				shared.offer("topic", MESSAGE, Receipt.NONE);
			}
			eventually(() -> assertThat(this.told).hasSize(2));
			leaving.stop();
			shared.stop();
			gate.countDown();
			leaving.close();
			shared.close();
			assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage)
				.filteredOn((line) -> line.contains("are lost"))
				.containsExactly("A subscriber without a queue of broker memory ended before it had dealt with 4"
						+ " messages, which are lost");
		}
		finally {
			logger.detachAppender(log);
		}
	}

	private static WeakReference<Message> offerOne(Deliveries deliveries, AtomicBoolean revoked) {
		Message message = new Message(Metadata.empty(), new byte[1]);
		deliveries.offer("topic", message, new Receipt() {
			@Override
			public void ack() {
			}

			@Override
			public boolean isRevoked() {
				return revoked.get();
			}
		});
		return new WeakReference<>(message);
	}

	private Receipt receipt() {
		return () -> this.told.add("ack");
	}

	private Deliveries deliveries(Broker broker, SubscribeOptions options, EventHandler handler) {
		return new Deliveries(broker, options, (raw) -> raw, handler, this.executor, 10);
	}

	private static void eventually(ThrowingRunnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(assertion);
	}

}
