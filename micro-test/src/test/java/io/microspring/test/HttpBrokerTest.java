package io.microspring.test;

import io.microspring.broker.Broker;
import io.microspring.registry.Registry;

/** The HTTP broker keeps the contract; brokers of one registry reach each other. */
class HttpBrokerTest extends BrokerContract {

	private final Registry registry = Registry.memory();

	@Override
	protected Broker open() {
		return Broker.http(this.registry);
	}

}
