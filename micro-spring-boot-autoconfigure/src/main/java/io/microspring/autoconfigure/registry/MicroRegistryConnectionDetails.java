package io.microspring.autoconfigure.registry;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the registry is. A bean of this type, such as one that knows a container's mapped
 * port, takes the place of {@code micro.registry.address}.
 */
@FunctionalInterface
public interface MicroRegistryConnectionDetails extends ConnectionDetails {

	/**
	 * The addresses of the registry.
	 * @return the addresses, with commas between; empty for the registry's own default
	 */
	String address();

}
