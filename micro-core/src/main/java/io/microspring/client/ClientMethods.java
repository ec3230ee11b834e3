package io.microspring.client;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;

import io.microspring.call.CallContext;
import io.microspring.call.GoDuration;
import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.call.Streaming;
import io.microspring.call.Streaming.Flavour;
import io.microspring.call.Streaming.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What the methods of a client's interface call; read once, when the proxy is made.
 */
final class ClientMethods implements InvocationHandler {

	private static final String SUPPORTED = """
			a method of a client is one of
			  R m(T)                         waits; void waits for an empty answer
			  CompletionStage<R> m(T)        does not wait; Mono<R> likewise
			  Flow.Publisher<R> m(T)         many answers; Flux<R> likewise
			  Stream<T, R> m()               many requests, many answers; Stream<T, R> m(T) sends the first
			  Flow.Publisher<R> m(Flow.Publisher<T>)
			each with CallOptions as last parameter if wanted""";

	private final RpcClient client;

	private final String service;

	private final Class<?> api;

	private final Map<Method, Target> targets = new ConcurrentHashMap<>();

	private ClientMethods(RpcClient client, String service, Class<?> api) {
		this.client = client;
		this.service = service;
		this.api = api;
	}

	static ClientMethods of(RpcClient client, String service, Class<?> api) {
		if (!api.isInterface()) {
			throw new IllegalArgumentException("A client is an interface, which " + api.getName() + " is not");
		}
		ClientMethods methods = new ClientMethods(client, service, api);
		for (Method method : api.getMethods()) {
			if (!method.isDefault() && !Modifier.isStatic(method.getModifiers())) {
				methods.targets.put(method, Target.of(api, method));
			}
		}
		return methods;
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		Target target = this.targets.get(method);
		if (target != null) {
			return call(target, arguments);
		}
		if (method.isDefault()) {
			return InvocationHandler.invokeDefault(proxy, method, arguments);
		}
		return switch (method.getName()) {
			case "equals" -> arguments != null && proxy == arguments[0];
			case "hashCode" -> System.identityHashCode(proxy);
			default -> this.api.getSimpleName() + " of " + this.service;
		};
	}

	private @Nullable Object call(Target target, @Nullable Object @Nullable [] arguments) {
		CallOptions options = target.options;
		if (target.optionsIndex >= 0 && arguments != null
				&& arguments[target.optionsIndex] instanceof CallOptions own) {
			options = target.over(own);
		}
		Object body = (target.hasBody && arguments != null) ? arguments[0] : null;
		boolean published = target.publishes;
		Request request = Request.of(this.service, target.endpoint, published ? null : body);
		CompletableFuture<@Nullable Object> answer = this.client.callAny(request, target.shape.type(), options,
				target.shape.streams());
		return switch (target.shape.flavour()) {
			case VALUE -> this.client.await(answer);
			case FUTURE, MONO -> Streaming.fromStage(answer, target.shape.flavour());
			case STREAM -> this.client.await(answer);
			case PUBLISHER, FLUX -> publisher(target, answer, published ? body : null);
		};
	}

	@SuppressWarnings("unchecked")
	private Object publisher(Target target, CompletableFuture<@Nullable Object> opening, @Nullable Object requests) {
		Stream<Object, Object> stream = (Stream<Object, Object>) Objects.requireNonNull(this.client.await(opening));
		if (requests != null) {
			this.client.executor()
				.execute(CallContext.current().wrap(() -> sendAll(Streaming.toFlow(requests), stream)));
		}
		else {
			stream.closeSend();
		}
		Flow.Publisher<Object> received = Streaming.receiveAll(stream, this.client.executor());
		return Streaming.fromFlow(received, target.shape.flavour());
	}

	private static void sendAll(Flow.Publisher<Object> requests, Stream<Object, Object> stream) {
		try {
			Streaming.sendAll(requests, stream);
			stream.closeSend();
		}
		catch (Exception ex) {
			// The receiving side sees the stream break; there is nobody else to tell.
			stream.close();
		}
	}

	/**
	 * What one method calls.
	 */
	private record Target(String endpoint, Shape shape, boolean hasBody, boolean publishes, int optionsIndex,
			CallOptions options) {

		static Target of(Class<?> api, Method method) {
			Shape shape = Streaming.shape(method.getGenericReturnType());
			Type[] types = method.getGenericParameterTypes();
			int optionsIndex = -1;
			boolean hasBody = false;
			boolean publishes = false;
			for (int i = 0; i < types.length; i++) {
				if (Streaming.raw(types[i]) == CallOptions.class && i == types.length - 1) {
					optionsIndex = i;
				}
				else if (i == 0) {
					hasBody = true;
					Flavour flavour = Streaming.shape(types[i]).flavour();
					publishes = flavour == Flavour.PUBLISHER || flavour == Flavour.FLUX;
					if (flavour == Flavour.STREAM || (publishes && !shape.streams())) {
						throw new IllegalArgumentException(method.toGenericString() + ": " + SUPPORTED);
					}
				}
				else {
					throw new IllegalArgumentException(method.toGenericString() + ": " + SUPPORTED);
				}
			}
			MicroEndpoint annotation = method.getAnnotation(MicroEndpoint.class);
			return new Target(endpoint(api, method, annotation), shape, hasBody, publishes, optionsIndex,
					options(annotation));
		}

		/** Options given with a call win over those of the annotation. */
		CallOptions over(CallOptions given) {
			CallOptions merged = (given.timeout() == null && this.options.timeout() != null)
					? given.withTimeout(this.options.timeout()) : given;
			return this.options.idempotent() ? merged.withIdempotent(true) : merged;
		}

		private static CallOptions options(@Nullable MicroEndpoint annotation) {
			CallOptions options = CallOptions.defaults();
			if (annotation != null) {
				options = annotation.idempotent() ? options.withIdempotent(true) : options;
				Duration timeout = annotation.timeout().isEmpty() ? null : timeout(annotation.timeout());
				options = (timeout != null) ? options.withTimeout(timeout) : options;
			}
			return options;
		}

		private static Duration timeout(String text) {
			return text.startsWith("P") ? Duration.parse(text) : GoDuration.parse(text);
		}

		private static String endpoint(Class<?> api, Method method, @Nullable MicroEndpoint annotation) {
			String name = (annotation != null && !annotation.name().isEmpty()) ? annotation.name()
					: Character.toUpperCase(method.getName().charAt(0)) + method.getName().substring(1);
			if (name.indexOf('.') >= 0) {
				return name;
			}
			String handler = api.getSimpleName();
			for (String suffix : new String[] { "Client", "Service" }) {
				if (handler.endsWith(suffix) && handler.length() > suffix.length()) {
					handler = handler.substring(0, handler.length() - suffix.length());
					break;
				}
			}
			return handler + "." + name;
		}

	}

}
