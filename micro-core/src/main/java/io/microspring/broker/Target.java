package io.microspring.broker;

/**
 * A subscriber that messages are queued for, in this process or in another.
 */
interface Target {

	/** The queue that it shares; empty when it gets a copy of each message. */
	String queue();

	/**
	 * Queues a message without waiting.
	 * @param message the message
	 * @return false when its queue is full, or it wants no more messages
	 */
	boolean offer(Outgoing message);

	/**
	 * Queues a message, and waits for room.
	 * @param message the message
	 * @throws BrokerException when there is no room in time
	 * @throws InterruptedException when the thread is interrupted
	 */
	void put(Outgoing message) throws InterruptedException;

	/** Whether it wants no more messages. */
	boolean isClosed();

}
