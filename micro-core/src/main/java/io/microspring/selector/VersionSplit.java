package io.microspring.selector;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

import io.microspring.selector.Candidates.Version;

/**
 * A share of the calls to each version.
 */
final class VersionSplit implements Strategy {

	private final Version[] versions;

	private final int[] shares;

	private final Strategy then;

	private final String text;

	VersionSplit(Map<String, Integer> shares, Strategy then) {
		// Ordered, so that every process sends a key to the same version.
		Map<String, Integer> ordered = new TreeMap<>(shares);
		this.then = Objects.requireNonNull(then, "then");
		this.versions = ordered.keySet().stream().map(Version::new).toArray(Version[]::new);
		this.shares = ordered.values().stream().mapToInt(Integer::intValue).toArray();
		this.text = then + ", split by version " + ordered;
		long sum = 0;
		for (int share : this.shares) {
			if (share < 0) {
				throw new IllegalArgumentException("No share may be negative: " + shares);
			}
			sum += share;
		}
		if (sum == 0 || sum > Integer.MAX_VALUE) {
			throw new IllegalArgumentException("The shares must add up to something: " + shares);
		}
	}

	@Override
	public int choose(Candidates nodes, Selection call) {
		int sum = 0;
		for (int i = 0; i < this.versions.length; i++) {
			sum += share(nodes, i);
		}
		if (sum == 0) {
			return this.then.choose(nodes, call);
		}
		String key = call.key();
		// A key's place is told apart from the one that a consistent hash gives it.
		int draw = (key == null) ? ThreadLocalRandom.current().nextInt(sum)
				: (int) Math.floorMod(Keys.spread(Keys.hash(key) + 1), (long) sum);
		int version = 0;
		while (draw >= share(nodes, version)) {
			draw -= share(nodes, version++);
		}
		Candidates of = nodes.only(this.versions[version]);
		return of.origin(this.then.choose(of, call));
	}

	/** None for a version without a node. */
	private int share(Candidates nodes, int version) {
		return nodes.only(this.versions[version]).isEmpty() ? 0 : this.shares[version];
	}

	@Override
	public String toString() {
		return this.text;
	}

}
