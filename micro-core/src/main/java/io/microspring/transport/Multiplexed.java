package io.microspring.transport;

import io.microspring.errors.MicroException;

/**
 * The accepting end of a connection that carries many calls at a time
 * ({@link Transport#multiplex()}). Thread-safe.
 */
public interface Multiplexed {

	/**
	 * Our end's address.
	 * @return {@code host:port}
	 */
	String local();

	/**
	 * The caller's address.
	 * @return {@code host:port}
	 */
	String remote();

	/**
	 * Whether the connection is open as far as known.
	 * @return false once it was closed from either side
	 */
	boolean isOpen();

	/**
	 * Has the caller begin nothing more, and closes the connection when everything is
	 * answered.
	 */
	void drain();

	/** Closes the connection once what was answered is written. Does not wait. */
	void close();

	/**
	 * Is given the calls of a connection, one at a time and in order; must not block.
	 */
	interface Receiver {

		/**
		 * A call has arrived. It is to be answered once, in any order.
		 * @param call the call
		 */
		void onCall(IncomingCall call);

		/**
		 * A call arrived that is over a limit.
		 * @param call the call, without a body
		 * @param error why it is refused
		 */
		void onRefused(IncomingCall call, MicroException error);

		/** The connection has ended. */
		void onClosed();

	}

}
