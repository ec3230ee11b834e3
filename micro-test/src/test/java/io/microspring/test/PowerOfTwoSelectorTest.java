package io.microspring.test;

import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;

/** A selector with the strategy power of two choices keeps the contract. */
class PowerOfTwoSelectorTest extends SelectorContract {

	@Override
	protected Selector open(Registry registry) {
		return Selector.of(registry, Strategy.powerOfTwoChoices());
	}

}
