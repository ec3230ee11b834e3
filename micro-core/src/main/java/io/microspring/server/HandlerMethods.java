package io.microspring.server;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Predicate;

import io.microspring.call.CallContext;
import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.call.Streaming;
import io.microspring.call.Streaming.Flavour;
import io.microspring.call.Streaming.Shape;
import io.microspring.call.TypeVariables;
import io.microspring.call.UnsupportedSignatureException;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.server.EndpointHandler.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Makes endpoints of methods: reads each signature once, binds a method handle, and
 * leaves nothing to reflection when a call comes. go-micro: {@code server/extractor.go}
 * and {@code rpc_router.go}.
 */
final class HandlerMethods {

	static final String SUPPORTED = """
			an endpoint is one of
			  R m(T)                       one request, one answer; R may be CompletionStage<R> or Mono<R>, void answers nothing
			  R m()                        no request
			  Flow.Publisher<R> m(T)       one request, many answers; Flux<R> likewise
			  void m(T, Stream<R, T>)      one request, many answers, sent by hand
			  void m(Stream<R, T>)         many requests, many answers
			  Flow.Publisher<R> m(Flow.Publisher<T>)
			each with a Call as last parameter if wanted; @MicroEndpoint(exposed = false) hides a method""";

	/** Waits for the messages of streams that a handler reads as a publisher. */
	private static final class Pump {

		static final Executor EXECUTOR = Threads.executor(ExecutorMode.AUTO, "micro-stream");

	}

	private HandlerMethods() {
	}

	static List<EndpointHandler> of(Object bean, Class<?> type, Predicate<Method> included) {
		Map<String, EndpointHandler> endpoints = new LinkedHashMap<>();
		TypeVariables variables = TypeVariables.of(type);
		for (Method method : EndpointCandidates.of(type)) {
			MicroEndpoint annotation = EndpointCandidates.annotation(method, MicroEndpoint.class);
			if ((annotation != null && !annotation.exposed()) || !included.test(method)) {
				continue;
			}
			EndpointHandler endpoint = endpoint(bean, method, variables, annotation);
			if (endpoints.putIfAbsent(endpoint.name(), endpoint) != null) {
				throw new IllegalArgumentException("Two methods of " + type.getName() + " are the endpoint "
						+ endpoint.name() + ": give one another name by @MicroEndpoint(name = ...)");
			}
		}
		return List.copyOf(endpoints.values());
	}

	static String capital(String name) {
		return Character.toUpperCase(name.charAt(0)) + name.substring(1);
	}

	private static EndpointHandler endpoint(Object bean, Method method, TypeVariables variables,
			@Nullable MicroEndpoint annotation) {
		Signature signature = Signature.of(method, variables);
		String name = (annotation != null && !annotation.name().isEmpty()) ? annotation.name()
				: capital(method.getName());
		if (name.indexOf('.') >= 0) {
			throw new UnsupportedSignatureException(method, "an endpoint's name has no dot: " + name);
		}
		Map<String, String> metadata = new LinkedHashMap<>();
		if (annotation != null) {
			for (String entry : annotation.metadata()) {
				int equals = entry.indexOf('=');
				if (equals < 1) {
					throw new UnsupportedSignatureException(method, "metadata is key=value, not " + entry);
				}
				metadata.put(entry.substring(0, equals), entry.substring(equals + 1));
			}
			if (annotation.idempotent()) {
				metadata.put("idempotent", "true");
			}
		}
		ExecutorMode executor = (annotation == null) ? ExecutorMode.AUTO : annotation.executor();
		return new EndpointHandler(name, signature.request(), signature.response(), signature.kind(), executor,
				metadata, function(signature, Invoker.of(bean, method)));
	}

	private static HandlerFunction function(Signature signature, Invoker invoker) {
		if (signature.isPlain()) {
			return (call) -> invoker.ofRequest(call.request());
		}
		return (call) -> {
			Object result = invoker.invoke(signature.arguments(call));
			return switch (signature.returns()) {
				case VALUE, STREAM -> result;
				case FUTURE -> invoker.declared((CompletionStage<?>) required(result));
				case MONO -> invoker.declared(Streaming.toStage(required(result)));
				case PUBLISHER, FLUX -> {
					Streaming.sendAll(Streaming.toFlow(required(result)), call.stream());
					yield null;
				}
			};
		};
	}

	private static Object required(@Nullable Object result) {
		if (result == null) {
			throw new IllegalStateException("The handler returned null where a stage or publisher was promised");
		}
		return result;
	}

	/**
	 * What a method takes and answers.
	 */
	private record Signature(Type request, Type response, Kind kind, Flavour returns, List<Argument> parameters) {

		static Signature of(Method method, TypeVariables variables) {
			Shape answer = Streaming.shape(variables.resolve(method.getGenericReturnType()));
			List<Argument> arguments = new ArrayList<>();
			Type request = Void.class;
			Type response = answer.type();
			Kind kind = answer.streams() ? Kind.SERVER_STREAM : Kind.UNARY;
			Type[] types = method.getGenericParameterTypes();
			for (Type declared : types) {
				Type type = variables.resolve(declared);
				Class<?> raw = Streaming.raw(type);
				Argument last = arguments.isEmpty() ? null : arguments.get(arguments.size() - 1);
				if (raw == Call.class && last != Argument.CALL) {
					arguments.add(Argument.CALL);
				}
				else if (raw == Stream.class && (last == null || last == Argument.REQUEST) && isVoid(method)) {
					kind = (last == null) ? Kind.BIDI : Kind.SERVER_STREAM;
					request = (last == null) ? Streaming.argument(type, 1) : request;
					response = Streaming.argument(type, 0);
					arguments.add(Argument.STREAM);
				}
				else if (last == null && isPublisher(type) && answer.streams()) {
					kind = Kind.BIDI;
					request = Streaming.argument(type, 0);
					arguments
						.add((Streaming.shape(type).flavour() == Flavour.FLUX) ? Argument.FLUX : Argument.PUBLISHER);
				}
				else if (last == null && Streaming.shape(type).flavour() == Flavour.VALUE) {
					request = type;
					arguments.add(Argument.REQUEST);
				}
				else {
					throw new UnsupportedSignatureException(method, SUPPORTED);
				}
			}
			boolean nothing = types.length == 0 && isVoid(method);
			if (nothing || answer.flavour() == Flavour.STREAM) {
				throw new UnsupportedSignatureException(method, SUPPORTED);
			}
			return new Signature(Invoker.boxed(request), Invoker.boxed(response), kind, answer.flavour(),
					List.copyOf(arguments));
		}

		/** Whether it is {@code R m(T)}, as most are. */
		boolean isPlain() {
			return this.returns == Flavour.VALUE && this.parameters.equals(List.of(Argument.REQUEST));
		}

		@Nullable Object[] arguments(Call call) {
			@Nullable Object[] values = new @Nullable Object[this.parameters.size()];
			for (int i = 0; i < values.length; i++) {
				values[i] = switch (this.parameters.get(i)) {
					case REQUEST -> call.request();
					case CALL -> call;
					case STREAM -> call.stream();
					case PUBLISHER -> received(call);
					case FLUX -> Streaming.fromFlow(received(call), Flavour.FLUX);
				};
			}
			return values;
		}

		private static Flow.Publisher<Object> received(Call call) {
			return Streaming.receiveAll(call.stream(), CallContext.propagating(Pump.EXECUTOR), call.stream()::close);
		}

		private static boolean isPublisher(Type type) {
			Flavour flavour = Streaming.shape(type).flavour();
			return flavour == Flavour.PUBLISHER || flavour == Flavour.FLUX;
		}

		private static boolean isVoid(Method method) {
			return method.getReturnType() == void.class;
		}

	}

	private enum Argument {

		REQUEST, CALL, STREAM, PUBLISHER, FLUX

	}

}
