package io.microspring.selector;

import java.util.Arrays;

/**
 * A consistent hash: each node stands at many points of a ring, and a key belongs to the
 * next point. It is made for all nodes of a list, so that a node that is out for a while
 * hands its keys to its neighbours and gets them back.
 */
final class HashRing {

	/** Points in all, about: what a ring takes to make and to hold is bounded. */
	private static final int MOST_POINTS = 1 << 16;

	/** Points of a node: the more, the more even. */
	private static final int MOST_PER_NODE = 256;

	private static final int LEAST_PER_NODE = 32;

	/** The low bits of a point say which node's it is. */
	private static final long PLACE = (1 << 20) - 1;

	private final long[] points;

	private HashRing(long[] points) {
		this.points = points;
	}

	static int choose(Candidates nodes, long key) {
		return (nodes.size() == 1) ? 0 : nodes.all().derived(HashRing.class, HashRing::of).find(nodes, key);
	}

	private static HashRing of(Candidates nodes) {
		int size = (int) Math.min(nodes.size(), PLACE);
		int each = Math.max(LEAST_PER_NODE, Math.min(MOST_PER_NODE, MOST_POINTS / size));
		long[] points = new long[size * each];
		for (int i = 0; i < size; i++) {
			long seed = Keys.hash(nodes.get(i).id());
			for (int j = 0; j < each; j++) {
				points[i * each + j] = (Keys.spread(seed + j) & ~PLACE) | i;
			}
		}
		Arrays.sort(points);
		return new HashRing(points);
	}

	private int find(Candidates nodes, long key) {
		int next = Arrays.binarySearch(this.points, key & ~PLACE);
		next = (next < 0) ? -next - 1 : next;
		for (int steps = 0; steps < this.points.length; steps++, next++) {
			next = (next >= this.points.length) ? 0 : next;
			int place = nodes.place((int) (this.points[next] & PLACE));
			if (place >= 0) {
				return place;
			}
		}
		return 0;
	}

}
