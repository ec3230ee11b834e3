package io.microspring.plugins.broker.nsq;

import java.io.IOException;

import io.microspring.broker.BrokerException;

/**
 * An nsqd answered with an error, such as {@code E_BAD_TOPIC}.
 */
final class NsqException extends IOException {

	private static final long serialVersionUID = 1L;

	private final String answer;

	NsqException(String answer) {
		super(answer);
		this.answer = answer;
	}

	/**
	 * What it is to whoever asked. Only what is wrong with the request stays so: an nsqd
	 * that stops, or whose disk is full, or that cannot ask whom it may let in, takes the
	 * same later.
	 * @param what what was asked of which nsqd
	 * @return the exception
	 */
	BrokerException failure(String what) {
		String message = what + ": " + this.answer;
		if (this.answer.startsWith("E_BAD_") || this.answer.startsWith("E_INVALID")) {
			return BrokerException.refused(message, this);
		}
		if (this.answer.startsWith("E_AUTH") || this.answer.startsWith("E_UNAUTHORIZED")) {
			return BrokerException.denied(message, this);
		}
		return new BrokerException(message, this);
	}

}
