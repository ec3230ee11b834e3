package io.microspring.broker;

import io.microspring.message.Message;

/**
 * Placeholder.
 */
final class MemoryBroker implements Broker {

	MemoryBroker() {
	}

	@Override
	public String name() {
		throw new UnsupportedOperationException();
	}

	@Override
	public String address() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void connect() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void publish(String topic, Message message) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
	}

}
