package io.microspring.registry.mdns;

import java.io.IOException;

import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Registry;
import io.microspring.test.RegistryContract;

/** The multicast DNS registry keeps the contract, by multicast. */
class MdnsRegistryTest extends RegistryContract {

	private final MdnsOptions options;

	MdnsRegistryTest() throws IOException {
		this.options = Ports.free();
	}

	@Override
	protected Registry open() {
		return Registry.mdns(this.options);
	}

}
