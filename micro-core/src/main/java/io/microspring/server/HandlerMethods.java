package io.microspring.server;

import java.lang.reflect.Method;
import java.util.List;

import io.microspring.broker.SubscribeOptions;

/**
 * Placeholder.
 */
final class HandlerMethods {

	private HandlerMethods() {
	}

	static List<EndpointHandler> of(String name, Object bean, Class<?> type) {
		throw new UnsupportedOperationException();
	}

	static Subscriber subscriber(String topic, SubscribeOptions options, Object bean, Method method) {
		throw new UnsupportedOperationException();
	}

}
