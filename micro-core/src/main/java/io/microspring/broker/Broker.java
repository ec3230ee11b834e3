package io.microspring.broker;

import java.util.Set;

import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.registry.Registry;

/**
 * Messages by topic: whoever publishes does not know who subscribes. Thread-safe.
 * go-micro: {@code broker.Broker}.
 */
public interface Broker extends AutoCloseable {

	/**
	 * The broker's name, such as {@code http}: it stands in the metadata of every node
	 * that uses it.
	 * @return the name
	 */
	String name();

	/**
	 * The address of the broker, or that it listens on.
	 * @return the address; empty when it has none
	 */
	String address();

	/**
	 * Connects, or starts to listen. Idempotent; publishing and subscribing connect by
	 * themselves.
	 * @throws BrokerException when the broker cannot be reached
	 */
	void connect();

	/**
	 * Publishes a message. Returns when the broker has it, or, where there is no server
	 * between, when it is queued for the subscribers known now.
	 * @param topic the topic, as {@link #requireTopic} takes it
	 * @param message the message; its headers arrive with it
	 * @throws BrokerException when the broker cannot be reached or refuses
	 */
	void publish(String topic, Message message);

	/**
	 * Receives the messages of a topic until closed.
	 * @param topic the topic, not empty
	 * @param options the queue, how messages are acknowledged, and what becomes of those
	 * that their handler fails on
	 * @param handler receives each message; when it throws, it is given the message again
	 * as {@link SubscribeOptions#retry()} says, and then the message goes to the
	 * {@linkplain SubscribeOptions#deadLetter() dead letter topic}
	 * @return the handle that ends it
	 * @throws BrokerException when the broker cannot be reached, refuses, or cannot do
	 * what the options ask for
	 */
	Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler);

	/**
	 * Refuses what nothing can be published to, without asking a server: a dead letter
	 * topic is looked at so when somebody subscribes, and not when the first message is
	 * to go there. Whoever writes a broker adds what it does not take.
	 * @param topic the topic
	 * @throws BrokerException that is {@linkplain BrokerException#isRefused() refused},
	 * when it is empty or no topic of this broker
	 */
	default void requireTopic(String topic) {
		if (topic.isEmpty()) {
			throw BrokerException.refused("a topic of broker " + name() + " must not be empty", null);
		}
	}

	/**
	 * What it can do that not every broker can, as it is configured.
	 * @return the features, immutable
	 */
	Set<BrokerFeature> features();

	/**
	 * How the broker is, without asking a server more than briefly.
	 * @return the report
	 */
	default HealthReport health() {
		return HealthReport.up(toString());
	}

	/**
	 * Ends all subscriptions and disconnects. Idempotent.
	 */
	@Override
	void close();

	/**
	 * Inside the process. Each call makes a broker of its own; hand one instance to all
	 * that are to meet.
	 * @return a new broker
	 */
	static Broker memory() {
		return new MemoryBroker();
	}

	/**
	 * From process to process over HTTP, subscribers found in the registry, without any
	 * server: go-micro's default.
	 * @param registry where subscribers are found; not closed with the broker
	 * @return a new broker that listens on loopback
	 */
	static Broker http(Registry registry) {
		return http(registry, HttpBrokerOptions.defaults());
	}

	/**
	 * From process to process over HTTP, subscribers found in the registry, without any
	 * server: go-micro's default.
	 * @param registry where subscribers are found; not closed with the broker
	 * @param options where to listen and how
	 * @return a new broker
	 */
	static Broker http(Registry registry, HttpBrokerOptions options) {
		return new HttpBroker(registry, options);
	}

}
