package io.microspring.plugins.registry.gossip;

/**
 * What all connections together may keep of messages that are not whole yet, or not
 * taken. Whoever can connect can send or ask for them, before it is known who that is.
 * Used by the thread of the sockets.
 */
final class Backlog {

	/** Three of the largest messages there are. */
	static final long MOST = 3L * StreamMessage.MAX_LENGTH;

	/** Most messages are shorter; so much of each needs no room. */
	static final int FREE = 64 << 10;

	private final long most;

	private long kept;

	Backlog(long most) {
		this.most = most;
	}

	/** How much room a message of so many bytes needs. */
	static long counted(int size) {
		return Math.max(0, size - FREE);
	}

	/**
	 * Makes room for more.
	 * @param bytes how much
	 * @throws MalformedException when there is none
	 */
	void take(long bytes) {
		if (this.kept + bytes > this.most) {
			throw new MalformedException("too much is being said at once: try again later");
		}
		this.kept += bytes;
	}

	void give(long bytes) {
		this.kept -= bytes;
	}

	long kept() {
		return this.kept;
	}

}
