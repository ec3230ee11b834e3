package io.microspring.server;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.UnreadableMessageException;
import io.microspring.call.TypeVariables;
import io.microspring.call.UnsupportedSignatureException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.server.SubscriberFunction.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * Makes subscribers of methods: reads each signature once. go-micro:
 * {@code server/subscriber.go}.
 */
final class SubscriberMethods {

	static final String SUPPORTED = """
			a subscriber is a void method that takes one or more of these, in any order:
			  T                          the payload, decoded; one at the most
			  Message                    the message as it is
			  Metadata                   its headers
			  @MicroHeader("X") String   one header; also an enum, int, long, double, boolean
			  Event                      what it is acknowledged by
			  Delivery                   all of it""";

	private static final Map<Class<?>, Function<Delivery, @Nullable Object>> WHOLE = Map.of(Message.class,
			(delivery) -> delivery.event().message(), Metadata.class, Delivery::metadata, Event.class, Delivery::event,
			Delivery.class, (delivery) -> delivery);

	private static final Map<Class<?>, Function<String, Object>> CONVERSIONS = Map.of(String.class, (text) -> text,
			Integer.class, Integer::valueOf, Long.class, Long::valueOf, Double.class, Double::valueOf, Boolean.class,
			SubscriberMethods::toBoolean);

	private SubscriberMethods() {
	}

	static Subscriber of(String topic, SubscribeOptions options, Object bean, Method method) {
		if (method.getReturnType() != void.class || method.getParameterCount() == 0) {
			throw new UnsupportedSignatureException(method, SUPPORTED);
		}
		List<Function<Delivery, @Nullable Object>> arguments = new ArrayList<>();
		TypeVariables variables = TypeVariables.of(bean.getClass());
		Type payload = null;
		for (Parameter parameter : method.getParameters()) {
			Function<Delivery, @Nullable Object> argument = argument(method, parameter);
			if (argument == null && payload != null) {
				throw new UnsupportedSignatureException(method, SUPPORTED);
			}
			if (argument == null) {
				payload = Invoker.boxed(variables.resolve(parameter.getParameterizedType()));
			}
			arguments.add((argument != null) ? argument : Delivery::payload);
		}
		String name = method.getDeclaringClass().getSimpleName() + "." + HandlerMethods.capital(method.getName());
		Type decoded = (payload != null) ? payload : Message.class;
		return new Subscriber(name, topic, options, decoded, function(Invoker.of(bean, method), arguments));
	}

	private static SubscriberFunction function(Invoker invoker, List<Function<Delivery, @Nullable Object>> arguments) {
		return (delivery) -> {
			@Nullable Object[] values = new @Nullable Object[arguments.size()];
			for (int i = 0; i < values.length; i++) {
				values[i] = arguments.get(i).apply(delivery);
			}
			invoker.invoke(values);
		};
	}

	/** Null for the payload. */
	private static @Nullable Function<Delivery, @Nullable Object> argument(Method method, Parameter parameter) {
		MicroHeader header = parameter.getAnnotation(MicroHeader.class);
		return (header != null) ? header(method, parameter.getType(), header) : WHOLE.get(parameter.getType());
	}

	private static Function<Delivery, @Nullable Object> header(Method method, Class<?> type, MicroHeader header) {
		String name = header.value();
		Function<String, Object> conversion = conversion(type);
		if (conversion == null) {
			throw new UnsupportedSignatureException(method, "the header " + name + " cannot be a " + type.getName()
					+ ": it is a String, an enum, an int, long, double or boolean");
		}
		if (!header.required() && type.isPrimitive()) {
			throw new UnsupportedSignatureException(method,
					"the header " + name + " may not be there, which no " + type.getName() + " can say");
		}
		return (delivery) -> {
			String text = delivery.metadata().get(name);
			if (text == null && header.required()) {
				throw new UnreadableMessageException("the header " + name + " is not there", null);
			}
			return (text != null) ? converted(conversion, name, type, text) : null;
		};
	}

	private static Object converted(Function<String, Object> conversion, String name, Class<?> type, String text) {
		try {
			return conversion.apply(text);
		}
		catch (IllegalArgumentException ex) {
			throw new UnreadableMessageException("the header " + name + " is no " + type.getSimpleName(), ex);
		}
	}

	private static @Nullable Function<String, Object> conversion(Class<?> type) {
		if (type.isEnum()) {
			return (text) -> Arrays.stream(type.getEnumConstants())
				.filter((constant) -> ((Enum<?>) constant).name().equals(text))
				.findFirst()
				.orElseThrow(IllegalArgumentException::new);
		}
		return (Invoker.boxed(type) instanceof Class<?> boxed) ? CONVERSIONS.get(boxed) : null;
	}

	/** Not what is neither. */
	private static Object toBoolean(String text) {
		if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
			throw new IllegalArgumentException(text);
		}
		return Boolean.valueOf(text);
	}

}
