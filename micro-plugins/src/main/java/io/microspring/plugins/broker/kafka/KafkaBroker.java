package io.microspring.plugins.broker.kafka;

import io.microspring.broker.Broker;
import io.microspring.broker.EventHandler;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.message.Message;

/**
 * Placeholder.
 */
public final class KafkaBroker implements Broker {

	/**
	 * A broker that is not connected yet.
	 * @param options its options
	 */
	public KafkaBroker(KafkaOptions options) {
	}

	@Override
	public String name() {
		return "kafka";
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
