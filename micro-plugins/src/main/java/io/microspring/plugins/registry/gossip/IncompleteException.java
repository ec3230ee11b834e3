package io.microspring.plugins.registry.gossip;

/** More has to come before it can be read. */
final class IncompleteException extends MalformedException {

	private static final long serialVersionUID = 1L;

	private final long needed;

	/**
	 * Ends an attempt to read.
	 * @param needed how many bytes there must be, at least, counted from the first
	 */
	IncompleteException(long needed) {
		super("ends too early");
		this.needed = needed;
	}

	long needed() {
		return this.needed;
	}

}
