package io.microspring.test;

import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;

/** A selector with the strategy consistent hash keeps the contract. */
class HashSelectorTest extends SelectorContract {

	@Override
	protected Selector open(Registry registry) {
		return Selector.of(registry, Strategy.hash());
	}

	@Override
	protected boolean spreads() {
		return false;
	}

}
