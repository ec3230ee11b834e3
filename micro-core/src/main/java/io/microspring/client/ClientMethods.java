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
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;

import io.microspring.call.CallContext;
import io.microspring.call.GoDuration;
import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.call.Streaming;
import io.microspring.call.Streaming.Flavour;
import io.microspring.call.Streaming.Shape;
import io.microspring.call.TypeVariables;
import io.microspring.call.UnsupportedSignatureException;
import io.microspring.errors.MicroException;
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

	static ClientMethods of(RpcClient client, String service, Class<?> api, CallOptions base) {
		if (!api.isInterface()) {
			throw new IllegalArgumentException("A client is an interface, which " + api.getName() + " is not");
		}
		ClientMethods methods = new ClientMethods(client, service, api);
		for (Method method : api.getMethods()) {
			if (!method.isDefault() && !Modifier.isStatic(method.getModifiers())) {
				methods.targets.put(method, Target.of(api, method, base));
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
		CallOptions own = (target.optionsIndex >= 0 && arguments != null
				&& arguments[target.optionsIndex] instanceof CallOptions given) ? given : CallOptions.defaults();
		Object body = (target.hasBody && arguments != null) ? arguments[0] : null;
		boolean published = target.publishes;
		Request request = Request.of(this.service, target.endpoint, published ? null : body);
		return switch (target.shape.flavour()) {
			case VALUE -> await(target, request, own);
			case STREAM -> stream(target, await(target, request, own));
			case FUTURE -> this.client.handedOn(open(target, request, own), Object.class, CallContext.current());
			case MONO -> {
				CallContext context = CallContext.current();
				yield Streaming.fromStage(
						() -> this.client.handedOn(within(context, target, request, own), Object.class, context),
						Flavour.MONO);
			}
			case PUBLISHER, FLUX -> publisher(target, request, own, published ? body : null);
		};
	}

	private @Nullable Object await(Target target, Request request, CallOptions own) {
		RpcClient.checkMayWait(request);
		return this.client.await(open(target, request, own));
	}

	private static @Nullable Object stream(Target target, @Nullable Object opened) {
		if (target.sendsOnce && opened instanceof Stream<?, ?> stream) {
			sentAll(target, stream);
		}
		return opened;
	}

	/**
	 * gRPC's servers wait for the one request, and to be told that it is the only one.
	 */
	private static void sentAll(Target target, Stream<?, ?> stream) {
		if (!target.hasBody && stream instanceof ClientStream own) {
			own.sendNothing();
		}
		stream.closeSend();
	}

	private CompletableFuture<@Nullable Object> open(Target target, Request request, CallOptions own) {
		CallOptions options = (target.shape.streams() ? own.forStream() : own)
			.over(target.options.complete(this.client.defaults(), this.service, target.endpoint));
		return this.client.callAny(request, target.shape.type(), options, target.shape.streams());
	}

	/**
	 * What a subscriber starts later still belongs to the call that the proxy was used
	 * in.
	 */
	private CompletableFuture<@Nullable Object> within(CallContext context, Target target, Request request,
			CallOptions own) {
		try (CallContext.Scope scope = context.open()) {
			return open(target, request, own);
		}
	}

	/** Opens a stream for each subscriber. */
	private Object publisher(Target target, Request request, CallOptions own, @Nullable Object requests) {
		CallContext context = CallContext.current();
		Flow.Publisher<Object> answers = (subscriber) -> within(context, target, request, own)
			.whenComplete((opened, failure) -> {
				if (failure != null) {
					Streaming.fail(subscriber, RpcClient.unwrap(failure));
				}
				else {
					begin(context, target, opened, requests, subscriber);
				}
			});
		return Streaming.fromFlow(answers, target.shape.flavour());
	}

	@SuppressWarnings("unchecked")
	private void begin(CallContext context, Target target, @Nullable Object opened, @Nullable Object requests,
			Flow.Subscriber<? super Object> subscriber) {
		Stream<Object, Object> stream = (Stream<Object, Object>) Objects.requireNonNull(opened);
		Executor executor = this.client.executor();
		try {
			if (requests != null) {
				executor.execute(context.wrap(() -> sendAll(Streaming.toFlow(requests), stream)));
			}
			else {
				sentAll(target, stream);
			}
			Streaming
				.receiveAll(stream, (task) -> executor.execute(context.wrap(task)),
						() -> stream.fail(MicroException.of(Dialects.ID, 499, "cancelled by the caller")))
				.subscribe(subscriber);
		}
		catch (RejectedExecutionException ex) {
			stream.close();
			Streaming.fail(subscriber, ex);
		}
	}

	private static void sendAll(Flow.Publisher<Object> requests, Stream<Object, Object> stream) {
		try {
			Streaming.sendAll(requests, stream);
			stream.closeSend();
		}
		catch (Exception ex) {
			// Told to both: to the handler, and to whoever receives here.
			stream.fail((ex instanceof MicroException error) ? error
					: MicroException.of(Dialects.ID, 499, "the publisher of requests failed: " + ex).because(ex));
		}
	}

	/**
	 * What one method calls.
	 */
	private record Target(String endpoint, Shape shape, boolean hasBody, boolean publishes, boolean sendsOnce,
			int optionsIndex, MethodOptions options) {

		static Target of(Class<?> api, Method method, CallOptions base) {
			TypeVariables variables = TypeVariables.of(api);
			Type answers = variables.resolve(method.getGenericReturnType());
			Shape shape = Streaming.shape(answers);
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
					boolean answersLikewise = shape.streams() && shape.flavour() != Flavour.STREAM;
					if (publishes ? !answersLikewise : flavour != Flavour.VALUE) {
						throw new UnsupportedSignatureException(method, SUPPORTED);
					}
				}
				else {
					throw new UnsupportedSignatureException(method, SUPPORTED);
				}
			}
			MicroEndpoint annotation = method.getAnnotation(MicroEndpoint.class);
			CallOptions declared = options(annotation).over(options(api.getAnnotation(MicroEndpoint.class)));
			MethodOptions options = shape.streams() ? new MethodOptions(base.forStream(), declared.forStream())
					: new MethodOptions(base, declared);
			boolean sendsOnce = shape.flavour() == Flavour.STREAM && Streaming.argument(answers, 0) == Void.class;
			return new Target(endpoint(api, method, annotation), shape, hasBody, publishes, sendsOnce, optionsIndex,
					options);
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
			if (name.indexOf('.') >= 0 || name.indexOf('/') >= 0) {
				return name;
			}
			String handler = handler(api);
			return (handler.indexOf('.') < 0) ? handler + "." + name : "/" + handler + "/" + name;
		}

		private static String handler(Class<?> api) {
			MicroEndpoint annotation = api.getAnnotation(MicroEndpoint.class);
			if (annotation != null && !annotation.name().isEmpty()) {
				return annotation.name();
			}
			String handler = api.getSimpleName();
			for (String suffix : new String[] { "Client", "Service" }) {
				if (handler.endsWith(suffix) && handler.length() > suffix.length()) {
					return handler.substring(0, handler.length() - suffix.length());
				}
			}
			return handler;
		}

	}

}
