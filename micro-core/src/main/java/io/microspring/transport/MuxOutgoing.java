package io.microspring.transport;

import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to a multiplexed connection.
 */
abstract class MuxOutgoing {

	/** Writes itself; on the event loop. */
	abstract void write(MuxSession session);

	/** The connection has ended before its turn came. */
	void dropped(@Nullable Throwable cause) {
	}

}
