package io.microspring.test;

import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;

/** A selector with the strategy zone keeps the contract. */
class ZoneSelectorTest extends SelectorContract {

	@Override
	protected Selector open(Registry registry) {
		return Selector.of(registry, Strategy.prefer("zone", "north", 0.5, Strategy.roundRobin()));
	}

}
