package io.microspring.autoconfigure.registry;

/**
 * Where the registry is, as the properties say.
 */
final class PropertiesRegistryConnectionDetails implements MicroRegistryConnectionDetails {

	private final RegistryProperties properties;

	PropertiesRegistryConnectionDetails(RegistryProperties properties) {
		this.properties = properties;
	}

	@Override
	public String address() {
		return this.properties.address();
	}

}
