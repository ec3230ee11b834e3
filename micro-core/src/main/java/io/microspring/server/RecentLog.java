package io.microspring.server;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The last lines of the log, as many as it has room for; the oldest go. It does not know
 * the logging system: something that does, such as an appender, feeds it. Thread-safe.
 * go-micro: {@code debug/log} in memory.
 */
public final class RecentLog {

	/** A longer text is cut. */
	private static final int LONGEST_TEXT = 8 * 1024;

	private final int capacity;

	private final ReentrantLock lock = new ReentrantLock();

	private final Deque<Line> lines = new ArrayDeque<>();

	private final List<Consumer<Line>> followers = new CopyOnWriteArrayList<>();

	private RecentLog(int capacity) {
		this.capacity = capacity;
	}

	/**
	 * An empty log.
	 * @param lines how many lines it keeps, 1 to 100000
	 * @return the log
	 */
	public static RecentLog of(int lines) {
		if (lines < 1 || lines > 100_000) {
			throw new IllegalArgumentException("the number of lines is not from 1 to 100000: " + lines);
		}
		return new RecentLog(lines);
	}

	/**
	 * Adds a line.
	 * @param time when it was logged
	 * @param text the text; cut when it is longer than 8 KiB
	 * @param metadata what else is known of it, such as its level
	 */
	public void add(Instant time, String text, Map<String, String> metadata) {
		Line line = new Line(time, (text.length() > LONGEST_TEXT) ? text.substring(0, LONGEST_TEXT) + "..." : text,
				metadata);
		this.lock.lock();
		try {
			if (this.lines.size() == this.capacity) {
				this.lines.removeFirst();
			}
			this.lines.addLast(line);
		}
		finally {
			this.lock.unlock();
		}
		this.followers.forEach((follower) -> follower.accept(line));
	}

	/**
	 * The lines.
	 * @return the lines, oldest first
	 */
	public List<Line> lines() {
		this.lock.lock();
		try {
			return new ArrayList<>(this.lines);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Tells of each line that is added from now on.
	 * @param follower told on the thread that logs, so it must not wait
	 * @return the handle that ends it
	 */
	Runnable follow(Consumer<Line> follower) {
		this.followers.add(follower);
		return () -> this.followers.remove(follower);
	}

	int followers() {
		return this.followers.size();
	}

	/**
	 * A line of the log.
	 *
	 * @param time when it was logged
	 * @param text the text
	 * @param metadata what else is known of it
	 */
	public record Line(Instant time, String text, Map<String, String> metadata) {

		public Line {
			metadata = Map.copyOf(metadata);
		}

	}

}
