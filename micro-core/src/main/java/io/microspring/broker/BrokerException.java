package io.microspring.broker;

import org.jspecify.annotations.Nullable;

/**
 * A broker could not be reached, or refused.
 */
public final class BrokerException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final boolean refused;

	/**
	 * A broker could not be reached, or whatever else may pass.
	 * @param message what was asked of which broker, and where it is
	 * @param cause why it failed, or null
	 */
	public BrokerException(String message, @Nullable Throwable cause) {
		this(message, cause, false);
	}

	private BrokerException(String message, @Nullable Throwable cause, boolean refused) {
		super(message, cause);
		this.refused = refused;
	}

	/**
	 * A broker will not take a message now or later, such as one that is too large, or do
	 * what it is asked for.
	 * @param message what was asked of which broker, and why it refuses
	 * @param cause what it said, or null
	 * @return the exception
	 */
	public static BrokerException refused(String message, @Nullable Throwable cause) {
		return new BrokerException(message, cause, true);
	}

	/**
	 * Whether trying again is of no use.
	 * @return true when the broker refused
	 */
	public boolean isRefused() {
		return this.refused;
	}

}
