package io.microspring.selector;

import java.util.Objects;
import java.util.function.Predicate;

import io.microspring.registry.Node;

/**
 * Nodes of one kind as long as enough of them are fit to be chosen.
 */
final class PreferStrategy implements Strategy {

	private final String name;

	private final Predicate<Node> kind;

	private final double enough;

	private final Strategy then;

	PreferStrategy(String key, String value, double enough, Strategy then) {
		Objects.requireNonNull(key, "key");
		Objects.requireNonNull(value, "value");
		if (!(enough >= 0 && enough <= 1)) {
			throw new IllegalArgumentException("what is enough must be from 0 to 1, not " + enough);
		}
		this.name = key + "=" + value;
		this.kind = (node) -> value.equals(node.metadata().get(key));
		this.enough = enough;
		this.then = Objects.requireNonNull(then, "then");
	}

	@Override
	public int choose(Candidates nodes, Selection call) {
		Candidates preferred = nodes.only(this.kind);
		int fit = preferred.size();
		boolean enoughAreFit = fit > 0 && fit >= this.enough * nodes.all().only(this.kind).size();
		return enoughAreFit ? preferred.origin(this.then.choose(preferred, call)) : this.then.choose(nodes, call);
	}

	@Override
	public String toString() {
		return this.then + ", preferring " + this.name;
	}

}
