package io.microspring.selector;

/**
 * The same node for the same key.
 *
 * @param keys what the key is
 */
record HashStrategy(Keys keys) implements Strategy {

	@Override
	public int choose(Candidates nodes, Selection call) {
		String key = this.keys.of(call);
		return HashRing.choose(nodes, (key != null) ? Keys.hash(key) : Keys.hash(call));
	}

	@Override
	public String toString() {
		return "hash of " + this.keys;
	}

}
