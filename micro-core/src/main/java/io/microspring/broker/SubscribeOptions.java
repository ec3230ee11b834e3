package io.microspring.broker;

import java.util.Objects;

/**
 * How to subscribe. Immutable. go-micro: {@code broker.SubscribeOptions}.
 *
 * @param queue subscribers of one queue share its messages; empty: this subscriber gets a
 * copy of each
 * @param ack when the broker is told that a message is dealt with
 * @param concurrency how many messages the handler is given at once, 1 by default: with
 * more, only those of one {@linkplain io.microspring.message.Headers#KEY key} are in
 * order
 * @param retry how often a message is handed to a handler that fails
 * @param deadLetter the topic that a message is published to which its handler has failed
 * on for the last time, or which cannot be read, with the reason in its headers; empty:
 * it is logged and dropped
 * @param direct whether the handler never blocks, so that a broker may call it on the
 * thread that brings the message, for the least delay; false by default. In memory that
 * is the publisher's thread; brokers that hand messages over in any case take no notice
 */
public record SubscribeOptions(String queue, AckMode ack, int concurrency, RetryOptions retry, String deadLetter,
		boolean direct) {

	private static final int MOST_CONCURRENT = 10_000;

	private static final SubscribeOptions DEFAULTS = new SubscribeOptions("", AckMode.AUTO, 1, RetryOptions.defaults(),
			"", false);

	public SubscribeOptions {
		Objects.requireNonNull(queue, "queue");
		Objects.requireNonNull(ack, "ack");
		Objects.requireNonNull(retry, "retry");
		Objects.requireNonNull(deadLetter, "deadLetter");
		if (concurrency < 1 || concurrency > MOST_CONCURRENT) {
			throw new IllegalArgumentException(
					"a handler is given 1 to " + MOST_CONCURRENT + " messages at once, not " + concurrency);
		}
	}

	/**
	 * A copy of each message, one at a time, acknowledged when the handler returns.
	 * @return the options
	 */
	public static SubscribeOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with a queue.
	 * @param queue the queue's name
	 * @return the copy
	 */
	public SubscribeOptions withQueue(String queue) {
		return new SubscribeOptions(queue, this.ack, this.concurrency, this.retry, this.deadLetter, this.direct);
	}

	/**
	 * A copy with another acknowledgement.
	 * @param ack when the broker is told that a message is dealt with
	 * @return the copy
	 */
	public SubscribeOptions withAck(AckMode ack) {
		return new SubscribeOptions(this.queue, ack, this.concurrency, this.retry, this.deadLetter, this.direct);
	}

	/**
	 * A copy that is given another number of messages at once.
	 * @param concurrency how many, from 1 to 10,000
	 * @return the copy
	 */
	public SubscribeOptions withConcurrency(int concurrency) {
		return new SubscribeOptions(this.queue, this.ack, concurrency, this.retry, this.deadLetter, this.direct);
	}

	/**
	 * A copy with other attempts.
	 * @param retry how often a message is handed to a handler that fails
	 * @return the copy
	 */
	public SubscribeOptions withRetry(RetryOptions retry) {
		return new SubscribeOptions(this.queue, this.ack, this.concurrency, retry, this.deadLetter, this.direct);
	}

	/**
	 * A copy with a dead letter topic.
	 * @param topic the topic; empty for none
	 * @return the copy
	 */
	public SubscribeOptions withDeadLetter(String topic) {
		return new SubscribeOptions(this.queue, this.ack, this.concurrency, this.retry, topic, this.direct);
	}

	/**
	 * A copy for a handler that never blocks, or for one that may.
	 * @param direct whether it never blocks: it may be called by several threads at once,
	 * and whoever publishes may wait for it
	 * @return the copy
	 */
	public SubscribeOptions withDirect(boolean direct) {
		return new SubscribeOptions(this.queue, this.ack, this.concurrency, this.retry, this.deadLetter, direct);
	}

	/**
	 * Refuses what a broker cannot do, rather than doing less: for those who write a
	 * broker, first of all when they are asked to subscribe.
	 * @param topic the topic
	 * @param broker the broker
	 * @return these options
	 * @throws BrokerException when the topic is empty or its own dead letter topic, when
	 * dead letters cannot be published to theirs, and when the broker cannot do what they
	 * ask for; the message says what
	 */
	public SubscribeOptions requireSupported(String topic, Broker broker) {
		if (topic.isEmpty()) {
			throw BrokerException.refused("broker " + broker.name() + " has no topic without a name", null);
		}
		if (topic.equals(this.deadLetter)) {
			throw BrokerException.refused("topic " + topic + " cannot be its own dead letter topic", null);
		}
		if (!this.deadLetter.isEmpty()) {
			broker.requireTopic(this.deadLetter);
		}
		if (!this.queue.isEmpty()) {
			require(BrokerFeature.QUEUES, "the queue " + this.queue, topic, broker);
		}
		if (this.ack == AckMode.MANUAL) {
			require(BrokerFeature.REDELIVERY, "acknowledgement by hand", topic, broker);
		}
		return this;
	}

	private static void require(BrokerFeature feature, String asked, String topic, Broker broker) {
		if (!broker.features().contains(feature)) {
			throw BrokerException.refused("broker " + broker.name() + " has no " + feature.text()
					+ ", so it cannot give " + topic + " " + asked + "; docs/broker.md says which brokers can", null);
		}
	}

}
