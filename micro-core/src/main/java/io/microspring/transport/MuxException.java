package io.microspring.transport;

/**
 * What a peer sent on a multiplexed connection is not understood: the connection ends.
 */
final class MuxException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	MuxException(String message) {
		super(message);
	}

}
