package io.microspring.test;

import io.microspring.registry.Registry;

/** The memory registry keeps the contract. */
class MemoryRegistryTest extends RegistryContract {

	private final Registry registry = Registry.memory();

	@Override
	protected Registry open() {
		return this.registry;
	}

	@Override
	protected boolean seesOthers() {
		return false;
	}

}
