package io.microspring.broker;

import org.jspecify.annotations.Nullable;

/**
 * A broker could not be reached, or refused.
 */
public final class BrokerException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * An exception.
	 * @param message what was asked of which broker, and where it is
	 * @param cause why it failed, or null
	 */
	public BrokerException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
