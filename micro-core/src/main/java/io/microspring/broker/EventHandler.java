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

}
