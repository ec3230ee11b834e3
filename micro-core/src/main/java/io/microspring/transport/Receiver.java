package io.microspring.transport;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Is given what arrives on a socket. Called by one thread at a time and in order; must
 * not block.
 */
public interface Receiver {

	/**
	 * A message has arrived.
	 * @param message the message
	 */
	void onMessage(Message message);

	/**
	 * A message arrived that the transport refuses, because it is over a limit. Its
	 * headers are known, its body has been dropped; the receiver may answer it.
	 * @param head the message's headers
	 * @param error why it was refused: 413 for its size
	 */
	default void onRefused(Message head, MicroException error) {
	}

	/**
	 * Whether messages stay with the receiver for a while: it says by
	 * {@link Socket#taken} when it has done with them, and until then they count against
	 * what its peer may send. Always answers the same.
	 * @return false when it has done with each on return
	 */
	default boolean keepsMessages() {
		return false;
	}

	/**
	 * The peer sends no more, but may still read: what it asked may be answered. Told
	 * only while an answer is due, and always before {@link #onClosed}.
	 */
	default void onHalfClosed() {
	}

	/**
	 * The connection has ended; nothing comes afterwards. Called exactly once.
	 * @param cause what broke it, or null when either side closed it; a
	 * {@link TransportException} of which {@link TransportException#isUnsent()} is true
	 * when the peer said that it has not looked at a call (HTTP/2: a refused stream)
	 */
	void onClosed(@Nullable Throwable cause);

}
