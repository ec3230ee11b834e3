package io.microspring.autoconfigure.registry;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where a registry is. A bean of this type, such as one that knows a container's mapped
 * port, takes the place of the address in the properties.
 */
@FunctionalInterface
public interface MicroRegistryConnectionDetails extends ConnectionDetails {

	/**
	 * The addresses of the registry.
	 * @return the addresses, with commas between; empty for the registry's own default
	 */
	String address();

	/**
	 * Which registry is there. It is used when {@code micro.registry.type} is not set and
	 * its driver is on the class path, or when that names it, alone or among others.
	 * @return the name of the registry; empty, the default, for the one that is chosen
	 * anyway
	 */
	default String type() {
		return "";
	}

}
