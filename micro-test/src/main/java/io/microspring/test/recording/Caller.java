package io.microspring.test.recording;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import com.google.protobuf.EnumValue;
import com.google.protobuf.StringValue;
import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A client of ours, as the player uses it.
 */
@FunctionalInterface
public interface Caller {

	/**
	 * Makes calls, one after the other, to the greeter that the player plays.
	 * @param calls what to call
	 * @param node where: the node as the Go server registers it
	 * @return what the user of the client sees of each
	 */
	List<Heard> make(List<GoCall> calls, Node node);

	/**
	 * A client that goes to the node's address without looking for it in its registry, as
	 * Go's does when it is given an address.
	 * @param client the client
	 * @return the caller
	 */
	static Caller of(Client client) {
		return (calls, node) -> {
			CallOptions where = CallOptions.defaults()
				.withAddress(node.address())
				.withProtocol(node.metadata().getOrDefault("protocol", "auto"));
			return calls.stream().map((call) -> make(client, call, where)).toList();
		};
	}

	/**
	 * A new client for each recording, which found the node in its registry.
	 * @return the caller
	 */
	static Caller ofNodes() {
		return (calls, node) -> {
			try (Registry registry = Registry.memory();
					Client client = Client.builder(registry).selector(new OneNode(node)).build()) {
				return calls.stream().map((call) -> make(client, call, CallOptions.defaults())).toList();
			}
		};
	}

	/**
	 * The same by another transport than the default.
	 * @param transports makes the transport of each client; closed with the client
	 * @return the caller
	 */
	static Caller over(Supplier<Transport> transports) {
		return (calls, node) -> {
			try (Registry registry = Registry.memory();
					Transport transport = transports.get();
					Client client = Client.builder(registry).transport(transport).selector(new OneNode(node)).build()) {
				return calls.stream().map((call) -> make(client, call, CallOptions.defaults())).toList();
			}
		};
	}

	private static Heard make(Client client, GoCall call, CallOptions where) {
		CallOptions options = where.withContentType(call.contentType())
			.withTimeout(call.timeout())
			.withMetadata(call.metadata());
		List<String> messages = new ArrayList<>();
		try {
			boolean ended = (call.kind() == GoCall.Kind.CALL) ? call(client, call, options, messages)
					: stream(client, call, options, messages);
			return new Heard(messages, ended, null);
		}
		catch (MicroException ex) {
			return new Heard(messages, false, ex);
		}
	}

	private static boolean call(Client client, GoCall call, CallOptions options, List<String> messages) {
		Request request = Request.of(call.service(), call.endpoint(), body(call, call.names().get(0)));
		messages.add(text(client.call(request, answer(call), options)));
		return true;
	}

	private static boolean stream(Client client, GoCall call, CallOptions options, List<String> messages) {
		Request request = Request.of(call.service(), call.endpoint(), null);
		try (Stream<Object, ?> stream = client.stream(request, answer(call), options)) {
			for (String name : call.names()) {
				stream.send(body(call, name));
				if (call.kind() == GoCall.Kind.BIDI && !receive(stream, messages)) {
					return true;
				}
			}
			if (call.kind() == GoCall.Kind.BIDI) {
				return false;
			}
			while (receive(stream, messages)) {
				// until the end
			}
			return true;
		}
	}

	private static boolean receive(Stream<Object, ?> stream, List<String> messages) {
		Object message = stream.receive();
		if (message != null) {
			messages.add(text(message));
		}
		return message != null;
	}

	/**
	 * To protobuf a {@link StringValue} and the greeter's request are the same, one text
	 * as field 1; an {@link EnumValue} has a number as field 2, as its request for a
	 * stream has.
	 */
	private static Object body(GoCall call, String name) {
		boolean counts = call.kind() == GoCall.Kind.STREAM;
		if (isJson(call)) {
			return counts ? Map.of("name", name, "count", call.count()) : Map.of("name", name);
		}
		return counts ? EnumValue.newBuilder().setName(name).setNumber(call.count()).build() : StringValue.of(name);
	}

	private static Class<?> answer(GoCall call) {
		return isJson(call) ? JsonNode.class : StringValue.class;
	}

	private static boolean isJson(GoCall call) {
		return call.contentType().contains("json");
	}

	private static String text(@Nullable Object answer) {
		return (answer instanceof JsonNode json) ? json.path("msg").asString("")
				: (answer instanceof StringValue text) ? text.getValue() : "";
	}

}
