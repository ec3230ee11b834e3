package io.microspring.broker;

/**
 * Receives the messages of a subscription; may block. Several threads may call it at once
 * unless the broker keeps an order.
 */
@FunctionalInterface
public interface EventHandler {

	/**
	 * Handles one message.
	 * @param event the message and what it came by
	 * @throws Exception when it could not be handled
	 */
	void handle(Event event) throws Exception;

	/**
	 * Is told of a message that cannot be read, instead of being given it, before it goes
	 * to the dead letter topic: for those who count messages.
	 * @param event the message as it came, which is not what its publisher published
	 * @param reason why it cannot be read
	 */
	default void unreadable(Event event, UnreadableMessageException reason) {
	}

}
