package io.microspring.broker;

import org.jspecify.annotations.Nullable;

/**
 * A message cannot be read, now or later: a handler that throws it is not given the
 * message again, and the message goes to the dead letter topic at once.
 */
public final class UnreadableMessageException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * An exception.
	 * @param message what is wrong with it, without repeating the content
	 * @param cause why it cannot be read, or null
	 */
	public UnreadableMessageException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
