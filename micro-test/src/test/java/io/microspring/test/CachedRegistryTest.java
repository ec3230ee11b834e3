package io.microspring.test;

import io.microspring.registry.CacheOptions;
import io.microspring.registry.Registry;

/** The caching registry keeps the contract; two of them share what is behind them. */
class CachedRegistryTest extends RegistryContract {

	private final Registry behind = Registry.memory();

	@Override
	protected Registry open() {
		return Registry.cached(this.behind, CacheOptions.defaults());
	}

}
