package io.microspring.test;

import java.util.List;

import io.microspring.registry.Registry;

/** Several registries keep the contract as one; two of them share what is behind them. */
class MultiRegistryTest extends RegistryContract {

	private final Registry first = Registry.memory();

	private final Registry second = Registry.memory();

	@Override
	protected Registry open() {
		return Registry.multi(List.of(this.first, this.second));
	}

}
