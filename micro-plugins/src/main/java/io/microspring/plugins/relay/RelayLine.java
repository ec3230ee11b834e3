package io.microspring.plugins.relay;

import io.microspring.message.Message;

/**
 * How one end of a connection reaches the other through the server in between. Never
 * blocks. Thread-safe.
 */
public interface RelayLine {

	/**
	 * Whether this end has dialled.
	 * @return false for one that was accepted
	 */
	boolean dialled();

	/**
	 * What this end is called.
	 * @return the address
	 */
	String local();

	/**
	 * What the other end is called.
	 * @return the address
	 */
	String remote();

	/**
	 * What all connections with the process at the other end have in common.
	 * @return what to ask by whether it is still there
	 */
	String peer();

	/**
	 * Makes a message ready to be sent.
	 * @param message the message
	 * @return what sends it
	 * @throws io.microspring.errors.MicroException 413 when it is too large
	 */
	Outgoing prepare(Message message);

	/**
	 * Says something that go-micro has no words for, behind all that was sent before.
	 * @param signal what to say
	 * @param number what it says it of
	 * @throws IllegalStateException when there is no connection to the server
	 */
	void tell(RelaySignal signal, long number);

	/**
	 * Whether an end that may be go-micro's can be told that the connection is closed.
	 * @return false when it would take that for a message
	 */
	boolean tellsStrangers();

	/**
	 * Whether little enough waits to be sent to the server.
	 * @return false while it does not keep up
	 */
	boolean isFree();

	/**
	 * The largest body.
	 * @return the limit in bytes
	 */
	int maxMessageSize();

	/**
	 * Is told once that the other end is one of ours.
	 * @param socket whose
	 */
	void met(RelaySocket socket);

	/**
	 * Is told once that the connection is closed, by either side.
	 * @param socket whose
	 */
	void closed(RelaySocket socket);

	/** A message that is ready. */
	@FunctionalInterface
	interface Outgoing {

		/**
		 * Sends it behind all that was sent before.
		 * @param introducing whether to say with it that the sender is one of ours
		 * @throws IllegalStateException when there is no connection to the server
		 */
		void send(boolean introducing);

	}

}
