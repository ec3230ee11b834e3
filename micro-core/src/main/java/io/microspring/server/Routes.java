package io.microspring.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Function;

import io.microspring.call.Interceptors;
import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a server by name.
 */
final class Routes {

	private final Map<String, Route> byEndpoint = new ConcurrentHashMap<>();

	/**
	 * What the server has of its own, unless the application has a handler of its name.
	 */
	private final Map<String, Route> own = new ConcurrentHashMap<>();

	/** What only gRPC calls, by its whole path. */
	private final Map<String, Route> byGrpcPath = new ConcurrentHashMap<>();

	private final List<Handler> handlers = new CopyOnWriteArrayList<>();

	private final List<HandlerInterceptor> interceptors;

	private final Function<EndpointHandler, @Nullable Executor> executors;

	Routes(List<HandlerInterceptor> interceptors, Function<EndpointHandler, @Nullable Executor> executors) {
		this.interceptors = List.copyOf(interceptors);
		this.executors = executors;
	}

	void add(Handler handler) {
		if (hasHandler(handler.name())) {
			throw new DuplicateHandlerException(handler.name());
		}
		Map<String, Route> routes = new LinkedHashMap<>();
		for (EndpointHandler endpoint : handler.endpoints()) {
			String name = handler.name() + "." + endpoint.name();
			HandlerFunction function = Interceptors.around(endpoint.function(), this.interceptors);
			if (routes.put(name, new Route(name, endpoint, function, this.executors.apply(endpoint), false)) != null) {
				throw new IllegalArgumentException("Two endpoints are called " + name);
			}
		}
		this.own.keySet().removeIf((endpoint) -> endpoint.startsWith(handler.name() + "."));
		this.byEndpoint.putAll(routes);
		this.handlers.add(handler);
	}

	/**
	 * Adds endpoints of the server's own, which it does not tell of.
	 * @param handler the name of the handler
	 * @param endpoints its endpoints
	 * @param around what is put around them
	 */
	void addOwn(String handler, List<EndpointHandler> endpoints, List<HandlerInterceptor> around) {
		for (EndpointHandler endpoint : endpoints) {
			String name = handler + "." + endpoint.name();
			HandlerFunction function = Interceptors.around(endpoint.function(), around);
			this.own.put(name, new Route(name, endpoint, function, this.executors.apply(endpoint), true));
		}
	}

	/**
	 * Adds a service that gRPC knows by its whole name. Interceptors are the
	 * application's, and not asked: who looks whether the server is well needs no leave.
	 * @param service its name, such as {@code grpc.health.v1.Health}
	 * @param endpoints its methods
	 */
	void addGrpc(String service, List<EndpointHandler> endpoints) {
		for (EndpointHandler endpoint : endpoints) {
			this.byGrpcPath.put("/" + service + "/" + endpoint.name(), new Route(service + "." + endpoint.name(),
					endpoint, endpoint.function(), this.executors.apply(endpoint), true));
		}
	}

	/**
	 * The endpoint of a path that only gRPC knows.
	 * @param path the whole path
	 * @return the endpoint, or null when there is none
	 */
	@Nullable Route grpc(String path) {
		return this.byGrpcPath.get(path);
	}

	List<Handler> handlers() {
		return List.copyOf(this.handlers);
	}

	boolean hasHandler(String name) {
		return this.handlers.stream().anyMatch((h) -> h.name().equals(name));
	}

	@Nullable Route find(String endpoint) {
		Route route = this.byEndpoint.get(endpoint);
		return (route != null) ? route : this.own.get(endpoint);
	}

	/**
	 * Why an endpoint is not there, in go-micro's words (protocol reference §3.5), which
	 * its clients know.
	 */
	MicroException unknown(String endpoint) {
		int dot = endpoint.indexOf('.');
		if (dot < 0 || dot != endpoint.lastIndexOf('.')) {
			return MicroException.plain("rpc: service/endpoint request ill-formed: " + endpoint);
		}
		String handler = endpoint.substring(0, dot);
		boolean known = hasHandler(handler) || this.own.keySet().stream().anyMatch((e) -> e.startsWith(handler + "."));
		return MicroException.plain(
				known ? "rpc: can't find method " + endpoint.substring(dot + 1) : "rpc: can't find service " + handler);
	}

	/**
	 * The paths there are, for someone who asked for another.
	 */
	List<String> paths() {
		List<String> paths = new ArrayList<>();
		for (Handler handler : this.handlers) {
			if (!handler.internal()) {
				handler.endpoints().forEach((e) -> paths.add("/" + handler.name() + "/" + e.name()));
			}
		}
		return paths;
	}

}
