package io.microspring.test;

import io.microspring.broker.Broker;

/** The memory broker keeps the contract. */
class MemoryBrokerTest extends BrokerContract {

	private final Broker broker = Broker.memory();

	@Override
	protected Broker open() {
		return this.broker;
	}

}
