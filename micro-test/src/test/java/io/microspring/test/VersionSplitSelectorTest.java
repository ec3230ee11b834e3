package io.microspring.test;

import java.util.Map;

import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;

/** A selector with the strategy version split keeps the contract. */
class VersionSplitSelectorTest extends SelectorContract {

	@Override
	protected Selector open(Registry registry) {
		return Selector.of(registry, Strategy.versionSplit(Map.of("1.0.0", 50, "2.0.0", 50), Strategy.random()));
	}

}
