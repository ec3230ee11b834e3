package io.microspring.test.recording;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

import com.google.protobuf.ByteString;
import com.google.protobuf.EnumValue;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Bodies as something to compare: JSON as a tree, protobuf as its fields by number, an
 * envelope as what it says, all else as bytes.
 */
final class Bodies {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	/**
	 * What the greeter's answer to {@code metadata} says of the connection and engine.
	 */
	private static final Set<String> LEFT_OUT = Set.of("content-length", "user-agent", ":authority");

	private static final Set<String> VARYING = Set.of("local", "remote", "timeout", "micro-span-id", "micro-trace-id");

	/** The greeter's numbers of 64 bits. */
	private static final List<String> WIDE = List.of("count", "timestamp");

	/** What the greeter's answer to {@code deadline} says of the time that is left. */
	private static final Pattern LEFT = Pattern.compile("^(deadline=true in=)[\\w.µ]+$");

	private Bodies() {
	}

	/**
	 * A body as something to compare. The number in an envelope is shown as {@code *}
	 * when it is that of the message's headers.
	 * @param message the message
	 * @return what its body says
	 */
	static Object decode(HttpMessage message) {
		byte[] body = message.body();
		if (body.length == 0) {
			return "nothing";
		}
		String contentType = message.contentType().toLowerCase(Locale.ROOT);
		if (contentType.startsWith("text/")) {
			return new String(body, StandardCharsets.UTF_8);
		}
		try {
			return switch (contentType) {
				case "application/json" -> json(body);
				case "application/json-rpc" -> jsonRpc(body, id(message));
				case "application/protobuf" -> withoutWhatVaries(UnknownFieldSet.parseFrom(body));
				case "application/proto-rpc" -> protoRpc(body, id(message));
				case "application/grpc", "application/grpc+proto" -> frame(body, UnknownFieldSet::parseFrom);
				case "application/grpc+json" -> frame(body, Bodies::json);
				default -> HexFormat.of().formatHex(body);
			};
		}
		catch (JacksonException | InvalidProtocolBufferException | BufferUnderflowException ex) {
			return "undecodable " + HexFormat.of().formatHex(body);
		}
	}

	/**
	 * The text of a greeter's request or answer: both have one text as their first field,
	 * as protobuf's {@link EnumValue} does.
	 * @param message the message
	 * @param field what the field is called in JSON
	 * @return the text, empty when it is not there
	 */
	static String text(HttpMessage message, String field) {
		try {
			byte[] body = content(message);
			return isJson(message) ? JSON.readTree(body).path(field).asString("") : EnumValue.parseFrom(body).getName();
		}
		catch (JacksonException | InvalidProtocolBufferException | BufferUnderflowException ex) {
			return "";
		}
	}

	/**
	 * How many answers a greeter's request for a stream asks for.
	 * @param message the request
	 * @return the number, 0 when it is none
	 */
	static int count(HttpMessage message) {
		try {
			byte[] body = content(message);
			return isJson(message) ? JSON.readTree(body).path("count").asInt(0) : EnumValue.parseFrom(body).getNumber();
		}
		catch (JacksonException | InvalidProtocolBufferException | BufferUnderflowException ex) {
			return 0;
		}
	}

	private static boolean isJson(HttpMessage message) {
		return message.contentType().contains("json");
	}

	/** The object of a request, out of its envelope. */
	private static byte[] content(HttpMessage request) {
		byte[] body = request.body();
		return switch (request.contentType()) {
			case "application/json-rpc" ->
				JSON.readTree(body).path("params").path(0).toString().getBytes(StandardCharsets.UTF_8);
			case "application/proto-rpc" -> {
				ByteBuffer buffer = ByteBuffer.wrap(body);
				part(buffer);
				yield part(buffer);
			}
			default -> {
				boolean framed = request.contentType().startsWith("application/grpc") && body.length > 0;
				yield framed ? part(ByteBuffer.wrap(body, 1, body.length - 1)) : body;
			}
		};
	}

	private static JsonNode json(byte[] body) {
		JsonNode json = JSON.readTree(body);
		withoutWhatVaries(json);
		for (String name : WIDE) {
			// The newest go-micro writes 64 bits as a text, the others as a number.
			if (json instanceof ObjectNode object && json.has(name)) {
				object.put(name, json.path(name).asString(""));
			}
		}
		return json;
	}

	private static String id(HttpMessage message) {
		return message.headers().getOrDefault("Micro-Id", "none");
	}

	private static JsonNode jsonRpc(byte[] body, String id) {
		JsonNode json = JSON.readTree(body);
		if (json instanceof ObjectNode envelope) {
			if (json.path("error").isString()) {
				envelope.set("error", error(json.path("error").asString("")));
			}
			if (json.path("id").asString("").equals(id)) {
				envelope.put("id", "*");
			}
		}
		withoutWhatVaries(json.path("result"));
		return json;
	}

	/** The envelope's fields, those that are empty left out, and the message's. */
	private static Object protoRpc(byte[] body, String id) throws InvalidProtocolBufferException {
		ByteBuffer buffer = ByteBuffer.wrap(body);
		Map<String, Object> decoded = new TreeMap<>();
		UnknownFieldSet envelope = UnknownFieldSet.parseFrom(part(buffer));
		envelope.getField(1)
			.getLengthDelimitedList()
			.stream()
			.filter((method) -> !method.isEmpty())
			.forEach((method) -> decoded.put("method", method.toStringUtf8()));
		long sequence = envelope.getField(2).getFixed64List().stream().reduce(0L, (first, last) -> last);
		decoded.put("seq", Long.toString(sequence).equals(id) ? "*" : sequence);
		envelope.getField(3)
			.getLengthDelimitedList()
			.stream()
			.filter((text) -> !text.isEmpty())
			.forEach((text) -> decoded.put("error", error(text.toStringUtf8())));
		decoded.put("body", UnknownFieldSet.parseFrom(part(buffer)));
		return decoded;
	}

	/** An error's JSON as a tree, since neither the order nor escapes matter. */
	private static JsonNode error(String text) {
		return text.startsWith("{") ? JSON.readTree(text) : StringNode.valueOf(text);
	}

	/** A frame around nothing means the same as no frame. */
	private static Object frame(byte[] body, Parser parser) throws InvalidProtocolBufferException {
		ByteBuffer buffer = ByteBuffer.wrap(body);
		if (buffer.get() != 0) {
			return "compressed " + HexFormat.of().formatHex(body);
		}
		byte[] content = part(buffer);
		return (content.length == 0) ? "nothing" : parser.parse(content);
	}

	/** What is preceded by its length in four bytes. */
	private static byte[] part(ByteBuffer buffer) {
		int length = buffer.getInt();
		if (length < 0 || length > buffer.remaining()) {
			throw new BufferUnderflowException();
		}
		byte[] part = new byte[length];
		buffer.get(part);
		return part;
	}

	/**
	 * The texts of answers as something to compare: the answer to {@code metadata}, a
	 * JSON object as a text, without what varies from run to run.
	 * @param messages the {@code msg} of each answer
	 * @return a text or a tree for each
	 */
	static List<Object> withoutWhatVaries(List<String> messages) {
		return messages.stream().map(Bodies::withoutWhatVaries).toList();
	}

	private static Object withoutWhatVaries(String msg) {
		return msg.startsWith("{") ? metadata(msg) : LEFT.matcher(msg).replaceFirst("$1*");
	}

	private static Object withoutWhatVaries(UnknownFieldSet fields) {
		List<ByteString> first = fields.getField(1).getLengthDelimitedList();
		if (fields.asMap().size() == 1 && first.size() == 1 && first.get(0).isValidUtf8()) {
			return withoutWhatVaries(first.get(0).toStringUtf8());
		}
		return fields;
	}

	/** The answer to {@code metadata} is a JSON object within the JSON object. */
	private static void withoutWhatVaries(JsonNode json) {
		String msg = json.path("msg").asString("");
		if (json instanceof ObjectNode object && !msg.isEmpty()) {
			object.putPOJO("msg", withoutWhatVaries(msg));
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

	private interface Parser {

		Object parse(byte[] content) throws InvalidProtocolBufferException;

	}

}
