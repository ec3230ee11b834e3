package io.microspring.transport;

/**
 * Accepts connections until closed. go-micro: {@code transport.Listener}.
 */
public interface Listener extends AutoCloseable {

	/**
	 * The address that was bound.
	 * @return {@code host:port}, with the real port
	 */
	String address();

	/**
	 * Stops accepting; sockets that were accepted stay open. Idempotent.
	 */
	@Override
	void close();

}
