package io.microspring.service;

import org.jspecify.annotations.Nullable;

/**
 * A flag or variable of go-micro's has a value that makes no sense; the message names it
 * and says what it wants.
 */
public final class InvalidFlagException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	InvalidFlagException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
