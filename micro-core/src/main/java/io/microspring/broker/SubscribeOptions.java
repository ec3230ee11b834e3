package io.microspring.broker;

import java.util.Objects;

/**
 * How to subscribe. Immutable. go-micro: {@code broker.SubscribeOptions}.
 *
 * @param queue subscribers of one queue share its messages; empty: this subscriber gets a
 * copy of each
 * @param autoAck whether a message counts as dealt with when its handler returns; true by
 * default
 */
public record SubscribeOptions(String queue, boolean autoAck) {

	public SubscribeOptions {
		Objects.requireNonNull(queue, "queue");
	}

	/**
	 * A copy of each message, acknowledged when the handler returns.
	 * @return the options
	 */
	public static SubscribeOptions defaults() {
		return new SubscribeOptions("", true);
	}

	/**
	 * A copy with a queue.
	 * @param queue the queue's name
	 * @return the copy
	 */
	public SubscribeOptions withQueue(String queue) {
		return new SubscribeOptions(queue, this.autoAck);
	}

	/**
	 * A copy with or without automatic acknowledgement.
	 * @param autoAck whether it is automatic
	 * @return the copy
	 */
	public SubscribeOptions withAutoAck(boolean autoAck) {
		return new SubscribeOptions(this.queue, autoAck);
	}

}
