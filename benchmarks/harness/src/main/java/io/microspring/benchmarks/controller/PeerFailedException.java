package io.microspring.benchmarks.controller;

/**
 * A peer could not be measured; the others go on.
 */
final class PeerFailedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	PeerFailedException(String message) {
		super(message);
	}

}
