package io.microspring.plugins.registry.consul;

import java.util.concurrent.atomic.AtomicLong;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that watching is interrupted, and once that it goes on, however many
 * questions are under way. Thread-safe.
 */
final class Outage {

	private static final Logger log = LoggerFactory.getLogger(Outage.class);

	private static final long NONE = 0;

	private final String server;

	/** When the outage was noticed, on the monotonic clock. */
	private final AtomicLong since = new AtomicLong(NONE);

	Outage(String server) {
		this.server = server;
	}

	/**
	 * A question failed.
	 * @param reason why
	 */
	void failed(String reason) {
		if (this.since.compareAndSet(NONE, now())) {
			log.warn("Watching is interrupted: {}", reason);
		}
	}

	/**
	 * A question was answered. One asked before the outage says nothing about its end.
	 * @param asked when it was asked
	 */
	void answered(long asked) {
		long began = this.since.get();
		if (began != NONE && asked - began > 0 && this.since.compareAndSet(began, NONE)) {
			log.info("Watching goes on: {} answers again", this.server);
		}
	}

	static long now() {
		long now = System.nanoTime();
		return (now == NONE) ? 1 : now;
	}

}
