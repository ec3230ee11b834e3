package io.microspring.plugins.broker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Messages that are texts: who publishes them, and who has received which. */
public final class Texts {

	private Texts() {
	}

	/** With a header, {@code k}. */
	public static Message message(String body) {
		return new Message(Metadata.of("k", "v"), body.getBytes(StandardCharsets.UTF_8));
	}

	/** Publishes numbers, one after another. */
	public static void publish(Broker broker, String topic, int from, int to) {
		IntStream.range(from, to).forEach((i) -> broker.publish(topic, message(String.valueOf(i))));
	}

	/** Collects what a subscriber receives. */
	public static List<Event> subscribe(Broker broker, String topic, SubscribeOptions options) {
		List<Event> received = new CopyOnWriteArrayList<>();
		broker.subscribe(topic, options, received::add);
		return received;
	}

	public static String body(Event event) {
		return new String(event.message().body(), StandardCharsets.UTF_8);
	}

	public static List<String> bodies(List<Event> events) {
		return events.stream().map(Texts::body).toList();
	}

	/** In any order. */
	public static void awaitBodies(List<Event> received, String... bodies) {
		eventually().untilAsserted(() -> assertThat(bodies(received)).containsExactlyInAnyOrder(bodies));
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	public static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(50)).pollInterval(Duration.ofMillis(50));
	}

	/**
	 * Whoever asks can tell that it is of no use to do so again.
	 * @param asked what a broker is asked for
	 */
	public static void assertRefused(ThrowingCallable asked) {
		assertThatExceptionOfType(BrokerException.class).isThrownBy(asked).matches(BrokerException::isRefused);
	}

}
