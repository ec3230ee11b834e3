package io.microspring.registry;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import org.slf4j.Logger;

/**
 * Says once that watching a registry is interrupted, and once that it goes on, however
 * many watches there are: for those who write a registry. Thread-safe.
 */
public final class WatchOutage {

	private static final long NONE = 0;

	private final Logger log;

	private final Supplier<String> server;

	/** When the outage was noticed, on the monotonic clock. */
	private final AtomicLong since = new AtomicLong(NONE);

	/**
	 * No outage.
	 * @param log where it is said
	 * @param server what the server is called, asked when watching goes on
	 */
	public WatchOutage(Logger log, Supplier<String> server) {
		this.log = log;
		this.server = server;
	}

	/**
	 * A watch was not answered.
	 * @param reason why
	 */
	public void failed(String reason) {
		if (this.since.compareAndSet(NONE, now())) {
			this.log.warn("Watching is interrupted: {}", reason);
		}
	}

	/** A watch was answered. */
	public void answered() {
		long began = this.since.get();
		if (began != NONE) {
			end(began);
		}
	}

	/**
	 * A question was answered. One asked before the outage says nothing about its end.
	 * @param asked when it was asked, by {@link #now()}
	 */
	public void answered(long asked) {
		long began = this.since.get();
		if (began != NONE && asked - began > 0) {
			end(began);
		}
	}

	private void end(long began) {
		if (this.since.compareAndSet(began, NONE)) {
			this.log.info("Watching goes on: {} answers again", this.server.get());
		}
	}

	/**
	 * The time for {@link #answered(long)}.
	 * @return a time of the monotonic clock
	 */
	public static long now() {
		long now = System.nanoTime();
		return (now == NONE) ? 1 : now;
	}

}
