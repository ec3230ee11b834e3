package io.microspring.selector;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One node after the other: a counter for each list of nodes, so that calls with
 * different filters, and further attempts, which choose from other lists, do not disturb
 * one another's turn.
 */
final class RoundRobin implements Strategy {

	@Override
	public int choose(Candidates nodes, Selection call) {
		int size = nodes.size();
		if (size == 1) {
			return 0;
		}
		int turn = nodes.derived(this, RoundRobin::counter).getAndIncrement();
		return Math.floorMod(turn, size);
	}

	/** Many clients that start together do not begin at the same node. */
	private static AtomicInteger counter(Candidates nodes) {
		return new AtomicInteger(ThreadLocalRandom.current().nextInt(1 << 16));
	}

	@Override
	public String toString() {
		return "round-robin";
	}

}
