package io.microspring.benchmarks.controller;

/**
 * A peer could not be measured; the others go on.
 */
final class PeerFailedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final boolean lost;

	PeerFailedException(String message, boolean lost) {
		super(message);
		this.lost = lost;
	}

	/**
	 * Whether there is no sense in trying again: a process has ended, or does not answer.
	 * @return true when the peer is lost
	 */
	boolean lost() {
		return this.lost;
	}

}
