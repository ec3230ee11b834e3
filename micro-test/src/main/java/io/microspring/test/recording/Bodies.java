package io.microspring.test.recording;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import com.google.protobuf.EnumValue;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import com.google.protobuf.UnknownFieldSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Bodies as something to compare: JSON as a tree, protobuf as its fields by number, all
 * else as bytes.
 */
final class Bodies {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	/**
	 * What the greeter's answer to {@code metadata} says of the connection and engine.
	 */
	private static final Set<String> LEFT_OUT = Set.of("content-length", "user-agent", ":authority");

	private static final Set<String> VARYING = Set.of("local", "remote", "timeout", "micro-span-id", "micro-trace-id");

	private Bodies() {
	}

	static Object decode(HttpMessage message) {
		byte[] body = message.body();
		if (body.length == 0) {
			return "nothing";
		}
		String contentType = message.contentType().toLowerCase(Locale.ROOT);
		try {
			if (contentType.equals("application/json") || contentType.equals("application/json-rpc")) {
				JsonNode json = JSON.readTree(body);
				withoutWhatVaries(json);
				return json;
			}
			if (contentType.equals("application/protobuf")) {
				return UnknownFieldSet.parseFrom(body);
			}
		}
		catch (JacksonException | InvalidProtocolBufferException ex) {
			return "undecodable " + HexFormat.of().formatHex(body);
		}
		if (contentType.startsWith("text/")) {
			return new String(body, StandardCharsets.UTF_8);
		}
		return HexFormat.of().formatHex(body);
	}

	/**
	 * The text of a greeter's request or answer: both have one text as their first field,
	 * as protobuf's {@link StringValue} does.
	 * @param message the message
	 * @param field what the field is called in JSON
	 * @return the text, empty when it is not there
	 */
	static String text(HttpMessage message, String field) {
		try {
			if (message.contentType().equals("application/json")) {
				return JSON.readTree(message.body()).path(field).asString("");
			}
			return StringValue.parseFrom(message.body()).getValue();
		}
		catch (JacksonException | InvalidProtocolBufferException ex) {
			return "";
		}
	}

	/**
	 * How many answers a greeter's request for a stream asks for.
	 * @param message the message
	 * @return the number, 0 when it says none
	 */
	static int count(HttpMessage message) {
		try {
			return message.contentType().equals("application/json")
					? JSON.readTree(message.body()).path("count").asInt(0)
					: EnumValue.parseFrom(message.body()).getNumber();
		}
		catch (JacksonException | InvalidProtocolBufferException ex) {
			return 0;
		}
	}

	/**
	 * The texts of answers as something to compare: the answer to {@code metadata}, a
	 * JSON object as a text, without what varies from run to run.
	 * @param messages the {@code msg} of each answer
	 * @return a text or a tree for each
	 */
	static List<Object> withoutWhatVaries(List<String> messages) {
		return messages.stream().map((msg) -> msg.startsWith("{") ? metadata(msg) : msg).toList();
	}

	/** The answer to {@code metadata} is a JSON object within the JSON object. */
	private static void withoutWhatVaries(JsonNode json) {
		String msg = json.path("msg").asString("");
		if (json instanceof ObjectNode object && msg.startsWith("{")) {
			object.set("msg", metadata(msg));
		}
	}

	private static JsonNode metadata(String msg) {
		ObjectNode metadata;
		try {
			metadata = (ObjectNode) JSON.readTree(msg);
		}
		catch (JacksonException ex) {
			return StringNode.valueOf(msg);
		}
		// Over gRPC, the names are capitalised or not, depending on the generation.
		ObjectNode lowered = JSON.createObjectNode();
		metadata.properties().forEach((entry) -> {
			String name = entry.getKey().toLowerCase(Locale.ROOT);
			if (!LEFT_OUT.contains(name)) {
				lowered.set(name, VARYING.contains(name) ? StringNode.valueOf("*") : entry.getValue());
			}
		});
		return lowered;
	}

}
