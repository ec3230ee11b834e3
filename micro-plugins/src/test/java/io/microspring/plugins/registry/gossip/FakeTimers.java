package io.microspring.plugins.registry.gossip;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that passes when told to. */
final class FakeTimers implements Timers {

	private final List<Task> tasks = new ArrayList<>();

	private long now;

	@Override
	public long now() {
		return this.now;
	}

	@Override
	public Runnable after(Duration delay, Runnable task) {
		Task added = new Task(this.now + delay.toNanos(), task);
		this.tasks.add(added);
		return () -> this.tasks.remove(added);
	}

	void pass(Duration time) {
		long end = this.now + time.toNanos();
		for (;;) {
			Task next = this.tasks.stream()
				.filter((task) -> task.due <= end)
				.min(Comparator.comparingLong((task) -> task.due))
				.orElse(null);
			if (next == null) {
				break;
			}
			this.now = next.due;
			this.tasks.remove(next);
			next.action.run();
		}
		this.now = end;
	}

	private static final class Task {

		private final long due;

		private final Runnable action;

		Task(long due, Runnable action) {
			this.due = due;
			this.action = action;
		}

	}

}
