package io.microspring.broker;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.TreeMap;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * A message as one JSON text, the form in which brokers carry it that know nothing of
 * headers: {@code {"Header":{"name":"value"},"Body":"base64"}} (protocol reference §9).
 * <p>
 * Thread-safe. go-micro: {@code broker.Message} through {@code codec/json.Marshaler}.
 */
public final class Envelope {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final byte[] NO_BODY = new byte[0];

	private Envelope() {
	}

	/**
	 * Writes a message: headers sorted by name as Go does, the body in standard base64,
	 * {@code null} when it is empty.
	 * @param message the message
	 * @return the JSON text in UTF-8
	 */
	public static byte[] encode(Message message) {
		byte[] body = message.body();
		ByteArrayOutputStream out = new ByteArrayOutputStream(256 + body.length / 3 * 4);
		try (JsonGenerator json = JSON.createGenerator(out)) {
			json.writeStartObject();
			json.writeName("Header");
			json.writeStartObject();
			sorted(message.headers()).forEach(json::writeStringProperty);
			json.writeEndObject();
			json.writeName("Body");
			if (body.length == 0) {
				json.writeNull();
			}
			else {
				json.writeBinary(body);
			}
			json.writeEndObject();
		}
		return out.toByteArray();
	}

	/**
	 * Reads a message. As Go does, the two names are accepted in any case, {@code null}
	 * or nothing stands for no headers and an empty body, and other names are passed
	 * over.
	 * @param json the JSON text in UTF-8; whoever received it has limited its size
	 * @return the message
	 * @throws IllegalArgumentException when it is no envelope, or has more than 1000
	 * headers; the message says what is wrong without repeating the content
	 */
	public static Message decode(byte[] json) {
		try (JsonParser parser = JSON.createParser(json)) {
			expect(parser.nextToken(), JsonToken.START_OBJECT, "the text");
			Metadata headers = Metadata.empty();
			byte[] body = NO_BODY;
			for (String name = parser.nextName(); name != null; name = parser.nextName()) {
				JsonToken token = parser.nextToken();
				if (name.equalsIgnoreCase("Header")) {
					headers = headers(parser, token);
				}
				else if (name.equalsIgnoreCase("Body")) {
					body = body(parser, token);
				}
				else {
					parser.skipChildren();
				}
			}
			if (parser.nextToken() != null) {
				throw new IllegalArgumentException("Not a message envelope: something follows the object");
			}
			return new Message(headers, body);
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("Not a message envelope: " + ex.getOriginalMessage(), ex);
		}
	}

	private static Metadata headers(JsonParser parser, JsonToken token) {
		if (token == JsonToken.VALUE_NULL) {
			return Metadata.empty();
		}
		expect(token, JsonToken.START_OBJECT, "Header");
		Metadata.Builder headers = Metadata.builder();
		int count = 0;
		for (String name = parser.nextName(); name != null; name = parser.nextName()) {
			if (++count > Headers.MOST) {
				throw new IllegalArgumentException("Not a message envelope: more than " + Headers.MOST + " headers");
			}
			if (parser.nextToken() == JsonToken.VALUE_NULL) {
				headers.set(name, "");
				continue;
			}
			expect(parser.currentToken(), JsonToken.VALUE_STRING, "a value in Header");
			headers.set(name, parser.getString());
		}
		return headers.build();
	}

	private static byte[] body(JsonParser parser, JsonToken token) {
		if (token == JsonToken.VALUE_NULL) {
			return NO_BODY;
		}
		expect(token, JsonToken.VALUE_STRING, "Body");
		return parser.getBinaryValue();
	}

	private static void expect(JsonToken token, JsonToken expected, String what) {
		if (token != expected) {
			throw new IllegalArgumentException(
					"Not a message envelope: " + what + " is " + token + " instead of " + expected);
		}
	}

	private static Map<String, String> sorted(Metadata headers) {
		Map<String, String> sorted = new TreeMap<>();
		headers.forEach(sorted::put);
		return sorted;
	}

}
