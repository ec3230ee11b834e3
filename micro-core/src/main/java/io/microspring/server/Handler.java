package io.microspring.server;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.microspring.call.UnsupportedSignatureException;
import io.microspring.concurrent.ExecutorMode;

/**
 * A named group of endpoints: handler {@code Say} with method {@code Hello} is the
 * endpoint {@code Say.Hello}. Immutable. go-micro: {@code server.Handler}.
 *
 * @param name the handler's name
 * @param endpoints its endpoints
 * @param internal whether it is left out of the registry
 */
public record Handler(String name, List<EndpointHandler> endpoints, boolean internal) {

	public Handler {
		if (name.isEmpty() || name.indexOf('.') >= 0) {
			throw new IllegalArgumentException("A handler's name is not empty and has no dot: '" + name + "'");
		}
		endpoints = List.copyOf(endpoints);
	}

	/**
	 * The endpoints of an object: its public methods, named after the simple name of its
	 * class.
	 * @param bean the object
	 * @return the handler
	 * @throws UnsupportedSignatureException when a method has a signature that cannot be
	 * an endpoint, naming it and what can
	 * @throws IllegalArgumentException when two methods make the same endpoint
	 */
	public static Handler of(Object bean) {
		return of(bean.getClass().getSimpleName(), bean);
	}

	/**
	 * The endpoints of an object: its public methods.
	 * @param name the handler's name
	 * @param bean the object
	 * @return the handler
	 * @throws UnsupportedSignatureException when a method has a signature that cannot be
	 * an endpoint, naming it and what can
	 * @throws IllegalArgumentException when two methods make the same endpoint
	 */
	public static Handler of(String name, Object bean) {
		return of(name, bean, bean.getClass());
	}

	/**
	 * The endpoints of an object as a class declares them: for proxies, whose own class
	 * says less.
	 * @param name the handler's name
	 * @param bean the object that is called
	 * @param type the class or interface whose public methods are the endpoints
	 * @return the handler
	 * @throws UnsupportedSignatureException when a method has a signature that cannot be
	 * an endpoint, naming it and what can
	 * @throws IllegalArgumentException when two methods make the same endpoint
	 */
	public static Handler of(String name, Object bean, Class<?> type) {
		return of(name, bean, type, (method) -> true);
	}

	/**
	 * Some of the endpoints of an object as a class declares them.
	 * @param name the handler's name
	 * @param bean the object that is called
	 * @param type the class or interface whose public methods are the endpoints
	 * @param included which of them
	 * @return the handler
	 * @throws UnsupportedSignatureException when a method has a signature that cannot be
	 * an endpoint, naming it and what can
	 * @throws IllegalArgumentException when two methods make the same endpoint
	 */
	public static Handler of(String name, Object bean, Class<?> type, Predicate<Method> included) {
		return new Handler(name, HandlerMethods.of(bean, type, included), false);
	}

	/**
	 * A handler written out.
	 * @param name the handler's name
	 * @return a builder
	 */
	public static Builder named(String name) {
		return new Builder(name);
	}

	/**
	 * Collects endpoints. Not thread-safe.
	 */
	public static final class Builder {

		private final String name;

		private final List<EndpointHandler> endpoints = new ArrayList<>();

		private boolean internal;

		private Builder(String name) {
			this.name = name;
		}

		/**
		 * Adds an endpoint of one request and one answer.
		 * @param endpoint the endpoint's name without the handler's
		 * @param requestType what it takes
		 * @param responseType what it answers
		 * @param function what answers
		 * @return this
		 */
		public Builder unary(String endpoint, Class<?> requestType, Class<?> responseType, HandlerFunction function) {
			return add(new EndpointHandler(endpoint, requestType, responseType, EndpointHandler.Kind.UNARY,
					ExecutorMode.AUTO, Map.of(), function));
		}

		/**
		 * Adds an endpoint.
		 * @param endpoint the endpoint
		 * @return this
		 */
		public Builder add(EndpointHandler endpoint) {
			this.endpoints.add(endpoint);
			return this;
		}

		/**
		 * Leaves the handler out of the registry.
		 * @return this
		 */
		public Builder internal() {
			this.internal = true;
			return this;
		}

		/**
		 * Makes the handler.
		 * @return the handler
		 */
		public Handler build() {
			return new Handler(this.name, this.endpoints, this.internal);
		}

	}

}
