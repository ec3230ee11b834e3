package io.microspring.plugins.registry.gossip;

/**
 * What came from the network is not what it should be. Without a stack trace: it says
 * nothing about us, and anybody can cause it.
 */
class MalformedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	MalformedException(String message) {
		super(message, null, false, false);
	}

}
