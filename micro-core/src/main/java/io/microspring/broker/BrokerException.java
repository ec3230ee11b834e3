package io.microspring.broker;

import org.jspecify.annotations.Nullable;

/**
 * A broker could not be reached, did not let us in, or refused.
 */
public final class BrokerException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Kind kind;

	/**
	 * A broker could not be reached, or whatever else may pass.
	 * @param message what was asked of which broker, and where it is
	 * @param cause why it failed, or null
	 */
	public BrokerException(String message, @Nullable Throwable cause) {
		this(message, cause, Kind.UNREACHABLE);
	}

	private BrokerException(String message, @Nullable Throwable cause, Kind kind) {
		super(message, cause);
		this.kind = kind;
	}

	/**
	 * A broker will not take a message now or later, such as one that is too large, or do
	 * what it is asked for.
	 * @param message what was asked of which broker, and why it refuses
	 * @param cause what it said, or null
	 * @return the exception
	 */
	public static BrokerException refused(String message, @Nullable Throwable cause) {
		return new BrokerException(message, cause, Kind.REFUSED);
	}

	/**
	 * A broker is there and does not let us in, or do what it lets others do: a wrong
	 * password, a missing right. Trying again may help, once somebody has seen to it.
	 * @param message what was asked of which broker, without a secret
	 * @param cause what it said, or null
	 * @return the exception
	 */
	public static BrokerException denied(String message, @Nullable Throwable cause) {
		return new BrokerException(message, cause, Kind.DENIED);
	}

	/**
	 * Whether trying again is of no use.
	 * @return true when the broker refused
	 */
	public boolean isRefused() {
		return this.kind == Kind.REFUSED;
	}

	/**
	 * Whether the broker is there, and credentials are wrong or rights are missing.
	 * @return true when the broker does not let us in
	 */
	public boolean isDenied() {
		return this.kind == Kind.DENIED;
	}

	private enum Kind {

		UNREACHABLE, REFUSED, DENIED

	}

}
