package io.microspring.registry.mdns;

import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Registry;

/**
 * The way into this package for {@link Registry#mdns(MdnsOptions)}, which is what to use.
 */
public final class Mdns {

	private Mdns() {
	}

	/**
	 * A multicast DNS registry.
	 * @param options its options
	 * @return the registry, which opens its sockets when they are first needed
	 * @throws IllegalArgumentException when the domain is no domain name
	 */
	public static Registry registry(MdnsOptions options) {
		return new MdnsRegistry(options);
	}

}
