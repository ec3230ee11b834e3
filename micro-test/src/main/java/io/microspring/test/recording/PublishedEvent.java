package io.microspring.test.recording;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What two messages of a broker are compared by.
 */
final class PublishedEvent {

	static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

	/** The http broker's own in v1; its subscribers do not see it. */
	static final String V1_TOPIC = ":topic";

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private PublishedEvent() {
	}

	/**
	 * Ids differ each time; gRPC clients send none, and name a framing that is not there.
	 */
	static Map<String, String> comparable(Message message) {
		Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		headers.putAll(message.headers().toMap());
		headers.compute("Micro-Id", (name, id) -> (id == null || UUID.matcher(id).matches()) ? "*" : id);
		headers.put("Content-Type", contentType(message).contains("json") ? "JSON" : "protobuf");
		return headers;
	}

	/** What its publisher gave to be published. */
	static Object payload(Message message) throws IOException {
		return contentType(message).contains("json") ? JSON.readTree(message.body())
				: UnknownFieldSet.parseFrom(message.body());
	}

	static Object decoded(Message message) {
		try {
			return payload(message);
		}
		catch (JacksonException | InvalidProtocolBufferException ex) {
			return "undecodable: " + ex.getMessage();
		}
		catch (IOException ex) {
			return ex;
		}
	}

	/** What the publisher's user added. */
	static Metadata ofTheUser(Message message) {
		Metadata.Builder headers = Metadata.builder();
		message.headers().forEach((name, value) -> {
			if (Requests.isUsers(name) && !name.equals(V1_TOPIC)) {
				headers.set(name, value);
			}
		});
		return headers.build();
	}

	/** Whether the greeter's subscriber fails on it. */
	static boolean isRefused(Message message) {
		return new String(message.body(), StandardCharsets.UTF_8).contains("error");
	}

	private static String contentType(Message message) {
		return message.headers().getOrDefault("Content-Type", "application/protobuf");
	}

}
