package io.microspring.server;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Objects;

import io.microspring.broker.Broker;
import io.microspring.broker.RetryOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.call.UnsupportedSignatureException;
import org.jspecify.annotations.Nullable;

/**
 * Receives the messages of a topic, decoded. Immutable. go-micro:
 * {@code server.Subscriber}.
 *
 * @param name the name it has in the registry, such as {@code Greeter.OnEvent}
 * @param topic the topic
 * @param options the queue, and how messages are acknowledged
 * @param payloadType what messages are decoded to; {@code Message} for the message as it
 * is
 * @param function what handles them
 * @param broker what brings the messages, or null for the server's own broker
 */
public record Subscriber(String name, String topic, SubscribeOptions options, Type payloadType,
		SubscriberFunction function, @Nullable Broker broker) {

	public Subscriber {
		Objects.requireNonNull(name, "name");
		if (topic.isBlank()) {
			throw new IllegalArgumentException("A subscriber needs a topic: " + name);
		}
	}

	/**
	 * A subscriber of the server's own broker.
	 * @param name the name it has in the registry, such as {@code Greeter.OnEvent}
	 * @param topic the topic
	 * @param options the queue, and how messages are acknowledged
	 * @param payloadType what messages are decoded to; {@code Message} for the message as
	 * it is
	 * @param function what handles them
	 */
	public Subscriber(String name, String topic, SubscribeOptions options, Type payloadType,
			SubscriberFunction function) {
		this(name, topic, options, payloadType, function, null);
	}

	/**
	 * A subscriber that gets a copy of each message.
	 * @param topic the topic
	 * @param payloadType what messages are decoded to
	 * @param function what handles them
	 * @return the subscriber
	 */
	public static Subscriber of(String topic, Class<?> payloadType, SubscriberFunction function) {
		return new Subscriber("Subscriber", topic, SubscribeOptions.defaults(), payloadType, function);
	}

	/**
	 * A subscriber that is a method: it takes the payload, the {@code Message}, its
	 * {@code Metadata}, single headers by {@link MicroHeader}, the {@code Event} or the
	 * {@code Delivery}, in any order.
	 * @param topic the topic
	 * @param options the queue, how messages are acknowledged, and what becomes of those
	 * that the method fails on
	 * @param bean the object that is called
	 * @param method the method
	 * @return the subscriber
	 * @throws UnsupportedSignatureException when the method has another signature
	 */
	public static Subscriber of(String topic, SubscribeOptions options, Object bean, Method method) {
		return SubscriberMethods.of(topic, options, bean, method);
	}

	/**
	 * A copy that receives from another broker than the server's own.
	 * @param broker the broker; it is not closed with the server
	 * @return the copy
	 */
	public Subscriber withBroker(Broker broker) {
		return new Subscriber(this.name, this.topic, this.options, this.payloadType, this.function, broker);
	}

	/** A message that comes over a transport is handed over once, and its sender told. */
	Subscriber overTransport() {
		SubscribeOptions once = this.options.withRetry(RetryOptions.none()).withDeadLetter("");
		return new Subscriber(this.name, this.topic, once, this.payloadType, this.function, this.broker);
	}

}
