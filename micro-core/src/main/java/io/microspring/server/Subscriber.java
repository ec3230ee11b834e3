package io.microspring.server;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Objects;

import io.microspring.broker.SubscribeOptions;
import io.microspring.call.UnsupportedSignatureException;

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
 */
public record Subscriber(String name, String topic, SubscribeOptions options, Type payloadType,
		SubscriberFunction function) {

	public Subscriber {
		Objects.requireNonNull(name, "name");
		if (topic.isBlank()) {
			throw new IllegalArgumentException("A subscriber needs a topic: " + name);
		}
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
	 * A subscriber that is a method: {@code void m(T)}, {@code void m(T, Delivery)} or
	 * {@code void m(Message)}.
	 * @param topic the topic
	 * @param options the queue, and how messages are acknowledged
	 * @param bean the object that is called
	 * @param method the method
	 * @return the subscriber
	 * @throws UnsupportedSignatureException when the method has another signature
	 */
	public static Subscriber of(String topic, SubscribeOptions options, Object bean, Method method) {
		return HandlerMethods.subscriber(topic, options, bean, method);
	}

}
