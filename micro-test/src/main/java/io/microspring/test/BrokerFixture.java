package io.microspring.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import io.microspring.broker.AckMode;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Event;
import io.microspring.broker.EventHandler;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What {@link BrokerContract} works with: the brokers it opens, the switches, and the
 * messages it publishes.
 */
@ExtendWith(BrokerTable.class)
abstract class BrokerFixture {

	private final List<Broker> opened = new ArrayList<>();

	final String topic = "contract.topic-" + UUID.randomUUID().toString().substring(0, 8);

	Broker broker;

	private boolean can = true;

	/**
	 * Opens a broker. Those that one test opens reach each other; where a broker reaches
	 * nobody else, they are one and the same.
	 * @return the broker; the contract closes it
	 */
	protected abstract Broker open();

	/**
	 * Whether several members of a queue all get some of many messages.
	 * @return true by default
	 */
	protected boolean spreadsQueues() {
		return true;
	}

	/**
	 * Whether any text is a topic: spaces, slashes, letters of any alphabet.
	 * @return true by default
	 */
	protected boolean takesAnyTopic() {
		return true;
	}

	/**
	 * How large a message the broker takes.
	 * @return 1 MiB by default, as tested
	 */
	protected int largeMessage() {
		return 1024 * 1024;
	}

	/**
	 * How long a message may take at the very most; a test that succeeds does not wait
	 * for it.
	 * @return 20 s by default
	 */
	protected Duration patience() {
		return Duration.ofSeconds(20);
	}

	/**
	 * What the broker is called in the table of what brokers can.
	 * @return its name by default
	 */
	protected String title() {
		return this.broker.name();
	}

	/**
	 * Called after the subscriptions of a test are made and before it publishes: waits
	 * until they are in effect, where subscribing does not.
	 * @param topic the topic subscribed to
	 */
	protected void settle(String topic) {
	}

	@BeforeEach
	final void openFirst() {
		this.broker = another();
	}

	@AfterEach
	final void closeAll() {
		this.opened.forEach(Broker::close);
	}

	Broker another() {
		Broker another = open();
		this.opened.add(another);
		return another;
	}

	boolean has(BrokerFeature feature) {
		return this.broker.features().contains(feature);
	}

	/** Whether it has not, which the table of what brokers can says then. */
	boolean lacks(BrokerFeature feature) {
		return cannot(!has(feature));
	}

	boolean cannot(boolean so) {
		this.can &= !so;
		return so;
	}

	/** Whether the test has shown that it can do what the test is about. */
	boolean can() {
		return this.can;
	}

	/** Whether it has no queues, and says so instead of doing less. */
	boolean refusesQueues() {
		return refuses(BrokerFeature.QUEUES, SubscribeOptions.defaults().withQueue("q"));
	}

	/** Whether nothing comes again on it, and it says so instead of doing less. */
	boolean refusesToWaitForAcks() {
		return refuses(BrokerFeature.REDELIVERY, SubscribeOptions.defaults().withAck(AckMode.MANUAL));
	}

	private boolean refuses(BrokerFeature feature, SubscribeOptions asked) {
		if (!lacks(feature)) {
			return false;
		}
		assertRefused(() -> this.broker.subscribe(this.topic, asked, (event) -> {
		})).withMessageContaining(this.broker.name())
			.withMessageContaining(feature.text())
			.withMessageContaining(this.topic);
		return true;
	}

	/** It is of no use to ask for it again, and a caller can tell. */
	static ThrowableAssertAlternative<BrokerException> assertRefused(ThrowingCallable asked) {
		return assertThatExceptionOfType(BrokerException.class).isThrownBy(asked).matches(BrokerException::isRefused);
	}

	List<Event> subscribe(String queue) {
		List<Event> received = new CopyOnWriteArrayList<>();
		subscribe(queue, received::add);
		return received;
	}

	Subscription subscribe(String queue, EventHandler handler) {
		return this.broker.subscribe(this.topic, SubscribeOptions.defaults().withQueue(queue), handler);
	}

	void publish(int from, int to) {
		for (int i = from; i < to; i++) {
			this.broker.publish(this.topic, message(String.valueOf(i)));
		}
	}

	static Message message(String body) {
		return new Message(Metadata.of("Content-Type", "text/plain"), body.getBytes(StandardCharsets.UTF_8));
	}

	void awaitBodies(List<Event> received, int count) {
		eventually()
			.untilAsserted(() -> assertThat(bodies(received)).containsExactlyInAnyOrderElementsOf(texts(count)));
	}

	static List<String> texts(int count) {
		return IntStream.range(0, count).mapToObj(String::valueOf).toList();
	}

	static List<String> bodies(List<Event> events) {
		return events.stream().map(BrokerFixture::body).toList();
	}

	static String body(Event event) {
		return new String(event.message().body(), StandardCharsets.UTF_8);
	}

	ConditionFactory eventually() {
		return Awaitility.await().atMost(patience()).pollInterval(Duration.ofMillis(20));
	}

}
