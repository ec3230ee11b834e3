package io.microspring.registry.mdns;

import java.io.IOException;

import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Registry;
import io.microspring.test.RegistryContract;

/** The multicast DNS registry keeps the contract over its loopback fall-back. */
class LoopbackMdnsRegistryTest extends RegistryContract {

	private final MdnsOptions options;

	LoopbackMdnsRegistryTest() throws IOException {
		this.options = Ports.free().withMulticast(false);
	}

	@Override
	protected Registry open() {
		return Registry.mdns(this.options);
	}

}
