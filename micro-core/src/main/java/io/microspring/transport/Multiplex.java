package io.microspring.transport;

/**
 * The dialling end of a connection that carries many calls at a time, between two
 * services of ours only ({@link Transport#multiplex()}). Thread-safe.
 */
public interface Multiplex extends AutoCloseable {

	/**
	 * Makes a call. Never blocks: it is written together with others.
	 * @param call the call, not made before
	 * @throws TransportException when no more calls are taken; nothing has been sent then
	 * @throws io.microspring.errors.MicroException 413 when the body is over the
	 * transport's limit
	 */
	void call(MultiplexedCall call);

	/**
	 * Gives a call up: whatever is answered is dropped, and the callee is told so.
	 * @param call the call
	 */
	void cancel(MultiplexedCall call);

	/**
	 * Opens a socket that carries a single call which streams, in the order of
	 * {@link Transport#openStream}. An error that ends it is the last message's
	 * {@link io.microspring.message.Headers#ERROR}.
	 * @return the socket
	 * @throws TransportException when no more streams are taken
	 */
	Socket open();

	/**
	 * Whether it takes calls.
	 * @return false when it is closed, or the peer has asked to begin nothing more
	 */
	boolean isOpen();

	/**
	 * Whether there is room for another call: what is over the limit fails. Those that
	 * have not left yet are not counted, so the answer is no a while before the limit. It
	 * is no, too, from when a call was given up that a silent peer owed until that is
	 * heard of again.
	 * @return false when it is full, silent or not open
	 */
	boolean takesCalls();

	/**
	 * Whether there is room for another stream, as {@link #takesCalls()}.
	 * @return false when it is full or not open
	 */
	boolean takesStreams();

	/**
	 * How many calls and streams are under way.
	 * @return about how many
	 */
	int underWay();

	/**
	 * The peer's address.
	 * @return {@code host:port}
	 */
	String remote();

	/**
	 * Takes no more calls, and closes the connection when those under way are over.
	 */
	void drain();

	/**
	 * Closes the connection: what is under way breaks off. Idempotent; does not wait.
	 */
	@Override
	void close();

}
