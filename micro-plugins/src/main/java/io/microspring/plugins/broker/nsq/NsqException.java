package io.microspring.plugins.broker.nsq;

import java.io.IOException;

/**
 * An nsqd answered with an error, such as {@code E_BAD_TOPIC}.
 */
final class NsqException extends IOException {

	private static final long serialVersionUID = 1L;

	NsqException(String answer) {
		super(answer);
	}

}
