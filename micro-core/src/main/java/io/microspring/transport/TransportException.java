package io.microspring.transport;

import org.jspecify.annotations.Nullable;

/**
 * A connection could not be made, or broke.
 */
public final class TransportException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final boolean unsent;

	/**
	 * An exception.
	 * @param message what happened, with the address
	 * @param unsent whether it is certain that nothing has been sent, so that trying
	 * elsewhere does no harm
	 * @param cause why, or null
	 */
	public TransportException(String message, boolean unsent, @Nullable Throwable cause) {
		super(message, cause);
		this.unsent = unsent;
	}

	/**
	 * Whether it is certain that nothing has been sent.
	 * @return true when the peer cannot have seen the message
	 */
	public boolean isUnsent() {
		return this.unsent;
	}

}
