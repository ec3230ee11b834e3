package io.microspring.broker;

import java.util.Objects;

/**
 * How to subscribe. Immutable. go-micro: {@code broker.SubscribeOptions}.
 *
 * @param queue subscribers of one queue share its messages; empty: this subscriber gets a
 * copy of each
 * @param autoAck whether a message counts as dealt with when its handler returns; true by
 * default
 * @param direct whether the handler never blocks, so that a broker may call it on the
 * thread that brings the message, for the least delay; false by default. In memory that
 * is the publisher's thread; brokers that hand messages over in any case take no notice
 */
public record SubscribeOptions(String queue, boolean autoAck, boolean direct) {

	public SubscribeOptions {
		Objects.requireNonNull(queue, "queue");
	}

	/**
	 * A copy of each message, acknowledged when the handler returns.
	 * @return the options
	 */
	public static SubscribeOptions defaults() {
		return new SubscribeOptions("", true, false);
	}

	/**
	 * A copy with a queue.
	 * @param queue the queue's name
	 * @return the copy
	 */
	public SubscribeOptions withQueue(String queue) {
		return new SubscribeOptions(queue, this.autoAck, this.direct);
	}

	/**
	 * A copy with or without automatic acknowledgement.
	 * @param autoAck whether it is automatic
	 * @return the copy
	 */
	public SubscribeOptions withAutoAck(boolean autoAck) {
		return new SubscribeOptions(this.queue, autoAck, this.direct);
	}

	/**
	 * A copy for a handler that never blocks, or for one that may.
	 * @param direct whether it never blocks: it may be called by several threads at once,
	 * and whoever publishes may wait for it
	 * @return the copy
	 */
	public SubscribeOptions withDirect(boolean direct) {
		return new SubscribeOptions(this.queue, this.autoAck, direct);
	}

}
