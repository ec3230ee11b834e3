package io.microspring.plugins.nats;

import org.jspecify.annotations.Nullable;

/**
 * Makes what is thrown when NATS cannot be reached or refuses: each concept has an
 * exception of its own.
 */
@FunctionalInterface
public interface NatsFailure {

	/**
	 * What to throw.
	 * @param message what happened
	 * @param cause why, or null
	 * @return the exception
	 */
	RuntimeException of(String message, @Nullable Throwable cause);

	/**
	 * What to throw when NATS does not let this end in, or do what it asks for.
	 * @param message what happened
	 * @param cause why, or null
	 * @return the exception
	 */
	default RuntimeException denied(String message, @Nullable Throwable cause) {
		return of(message, cause);
	}

}
