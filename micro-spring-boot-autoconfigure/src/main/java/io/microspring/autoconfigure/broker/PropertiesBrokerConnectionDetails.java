package io.microspring.autoconfigure.broker;

/**
 * Where the broker is, as the properties say.
 */
final class PropertiesBrokerConnectionDetails implements MicroBrokerConnectionDetails {

	private final BrokerProperties properties;

	PropertiesBrokerConnectionDetails(BrokerProperties properties) {
		this.properties = properties;
	}

	@Override
	public String address() {
		return this.properties.address();
	}

}
