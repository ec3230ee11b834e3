package io.microspring.registry;

import org.jspecify.annotations.Nullable;

/**
 * A registry could not be reached, or refused.
 */
public final class RegistryException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * An exception.
	 * @param message what was asked of which registry, and where it is
	 * @param cause why it failed, or null
	 */
	public RegistryException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
