package io.microspring.broker;

/**
 * How a broker is told what became of one message: for those who write a broker. One of
 * its first two methods is called, once, by any thread; neither may block for long.
 */
public interface Receipt {

	/** For brokers that want to know nothing. */
	Receipt NONE = () -> {
	};

	/**
	 * The message is dealt with: it may not come again.
	 */
	void ack();

	/**
	 * Nobody here will deal with the message, as the subscription ends: it may go to
	 * another member of the queue, or come again.
	 */
	default void release() {
	}

	/**
	 * The handler has been called for the first time, whatever came of it: before the
	 * message is acknowledged.
	 */
	default void attempted() {
	}

	/**
	 * Whether the message is another member's by now, such as one of a partition that was
	 * taken away: it is not handed over any more. Asked before each attempt, and by
	 * {@link Deliveries#releaseRevoked}; once true it stays so.
	 * @return false by default
	 */
	default boolean isRevoked() {
		return false;
	}

}
