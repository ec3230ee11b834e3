package io.microspring.autoconfigure.broker;

import java.util.List;

import io.microspring.broker.Broker;
import io.microspring.registry.Registry;
import io.microspring.service.Catalogue;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Makes the application's broker and those beside it. Where each is, connection details
 * say before properties.
 */
final class BrokerChoice {

	private final Catalogue catalogue;

	private final BrokerProperties properties;

	private final List<MicroBrokerConnectionDetails> details;

	private final Registry registry;

	BrokerChoice(Catalogue catalogue, BrokerProperties properties, List<MicroBrokerConnectionDetails> details,
			Registry registry) {
		this.catalogue = catalogue;
		this.properties = properties;
		this.details = details;
		this.registry = registry;
	}

	Broker make() {
		return make(this.properties.type(), this.properties.address(), true);
	}

	Broker make(String name) {
		BrokerProperties.Named named = this.properties.named().get(name);
		if (named == null || named.type().isEmpty()) {
			throw new InvalidConfigurationPropertyValueException("micro.broker.named." + name + ".type", "",
					"It says which kind of broker it is, such as kafka.");
		}
		return make(named.type(), named.address(), false);
	}

	private Broker make(String type, String address, boolean main) {
		String known = this.details.stream()
			.filter((each) -> each.type().equals(type) || (main && each.type().isEmpty()))
			.findFirst()
			.map(MicroBrokerConnectionDetails::address)
			.orElse(address);
		return this.catalogue.broker(type, known, this.registry);
	}

}
