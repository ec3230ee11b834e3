package io.microspring.plugins.broker.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import io.microspring.options.Limits;

/**
 * How the Kafka broker works. Immutable.
 *
 * @param address the Kafka brokers to begin with, as {@code host:port}, separated by
 * commas; {@code 127.0.0.1:9092} by default, as go-micro
 * @param raw how a message stands in a record: false, the default, is go-micro's JSON
 * envelope as the value; true is the body as the value and the headers as Kafka headers
 * @param ordered whether what one publisher publishes to a topic arrives in order: all of
 * it goes to one partition, chosen for the publisher, unless a message has a key; false,
 * the default, is a partition at random
 * @param timeout how long connecting, publishing and joining a group may take; 10 s by
 * default
 * @param maxMessageSize the largest value of a record in bytes that is sent or accepted;
 * 4 MiB by default. Kafka has a limit of its own, {@code message.max.bytes}, 1 MiB unless
 * set
 * @param properties more properties of the Kafka clients, such as
 * {@code security.protocol}, as texts or as what the clients take; they win over ours,
 * and their values are in no log and no message of ours
 */
public record KafkaOptions(String address, boolean raw, boolean ordered, Duration timeout, int maxMessageSize,
		Map<String, Object> properties) {

	private static final String TRANSACTIONAL_ID = "transactional.id";

	public KafkaOptions {
		Objects.requireNonNull(address, "address");
		properties = Map.copyOf(properties);
		if (properties.containsKey(TRANSACTIONAL_ID)) {
			throw new IllegalArgumentException(TRANSACTIONAL_ID
					+ " is not for the Kafka broker, which publishes each message by itself, without transactions");
		}
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(10));
		Limits.requireAtLeast("maxMessageSize", maxMessageSize, 1);
	}

	/**
	 * The defaults: a Kafka broker on this host.
	 * @return the options
	 */
	public static KafkaOptions defaults() {
		return new KafkaOptions("127.0.0.1:9092", false, false, Duration.ofSeconds(10), 4 * 1024 * 1024, Map.of());
	}

	/**
	 * A copy with other brokers.
	 * @param address the brokers, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public KafkaOptions withAddress(String address) {
		return new KafkaOptions(address.isBlank() ? this.address : address, this.raw, this.ordered, this.timeout,
				this.maxMessageSize, this.properties);
	}

	/**
	 * A copy with another form of record.
	 * @param raw body and Kafka headers instead of the JSON envelope
	 * @return the copy
	 */
	public KafkaOptions withRaw(boolean raw) {
		return new KafkaOptions(this.address, raw, this.ordered, this.timeout, this.maxMessageSize, this.properties);
	}

	/**
	 * A copy that keeps a publisher's order, or leaves the partition to chance.
	 * @param ordered whether what one publisher publishes to a topic arrives in order
	 * @return the copy
	 */
	public KafkaOptions withOrdered(boolean ordered) {
		return new KafkaOptions(this.address, this.raw, ordered, this.timeout, this.maxMessageSize, this.properties);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long connecting, publishing and joining a group may take
	 * @return the copy
	 */
	public KafkaOptions withTimeout(Duration timeout) {
		return new KafkaOptions(this.address, this.raw, this.ordered, timeout, this.maxMessageSize, this.properties);
	}

	/**
	 * A copy with another limit.
	 * @param maxMessageSize the largest value of a record in bytes
	 * @return the copy
	 */
	public KafkaOptions withMaxMessageSize(int maxMessageSize) {
		return new KafkaOptions(this.address, this.raw, this.ordered, this.timeout, maxMessageSize, this.properties);
	}

	/**
	 * A copy with other properties of the Kafka clients.
	 * @param properties the properties
	 * @return the copy
	 */
	public KafkaOptions withProperties(Map<String, ?> properties) {
		return new KafkaOptions(this.address, this.raw, this.ordered, this.timeout, this.maxMessageSize,
				Map.copyOf(properties));
	}

	@Override
	public String toString() {
		return "KafkaOptions[address=" + this.address + ", raw=" + this.raw + ", ordered=" + this.ordered + ", timeout="
				+ this.timeout + ", maxMessageSize=" + this.maxMessageSize + ", properties=" + this.properties.keySet()
				+ "]";
	}

}
