package io.microspring.test;

import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;

/** A selector with the strategy weighted keeps the contract. */
class WeightedSelectorTest extends SelectorContract {

	@Override
	protected Selector open(Registry registry) {
		return Selector.of(registry, Strategy.weighted());
	}

}
