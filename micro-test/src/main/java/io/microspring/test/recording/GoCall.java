package io.microspring.test.recording;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.microspring.message.Metadata;
import tools.jackson.databind.JsonNode;

/**
 * A call that a user of the Go client made, to be made again with a client of ours.
 *
 * @param kind which kind of call
 * @param service the service
 * @param endpoint the endpoint
 * @param contentType the content type
 * @param names the name in each of the greeter's requests; one unless both sides stream
 * @param count how many messages a stream of answers is asked for
 * @param metadata the headers that the user added
 * @param timeout how long the caller waits
 */
public record GoCall(Kind kind, String service, String endpoint, String contentType, List<String> names, int count,
		Metadata metadata, Duration timeout) {

	/** The time-out where Go's server never answers. */
	static final Duration IN_VAIN = Duration.ofMillis(500);

	/** Go's client waits so many milliseconds. */
	static final int VAIN_AFTER = 4900;

	public GoCall {
		names = List.copyOf(names);
	}

	/**
	 * The call behind the messages of mucp.
	 * @param result what the user of the Go client saw
	 * @param messages what the Go client wrote: one request, or a stream of them
	 * @param answered whether the Go server answered
	 * @return the call
	 */
	static GoCall of(JsonNode result, List<HttpMessage> messages, boolean answered) {
		HttpMessage first = messages.get(0);
		Metadata headers = first.headers();
		Metadata.Builder metadata = Metadata.builder();
		headers.forEach((name, value) -> {
			if (Requests.isUsers(name)) {
				metadata.set(name, value);
			}
		});
		Kind kind = Kind.of(result);
		// The first opens a stream, and the last may end it.
		List<HttpMessage> requests = (kind == Kind.CALL) ? List.of(first)
				: messages.stream().skip(1).filter((message) -> message.headers().get("Micro-Error") == null).toList();
		Duration timeout = Duration.ofNanos(Long.parseLong(headers.getOrDefault("Timeout", "5000000000")));
		return new GoCall(kind, headers.getOrDefault("Micro-Service", ""), headers.getOrDefault("Micro-Endpoint", ""),
				result.path("content_type").asString(first.contentType()),
				requests.stream().map((message) -> Bodies.text(message, "name")).toList(),
				requests.isEmpty() ? 0 : Bodies.count(requests.get(0)), metadata.build(), answered ? timeout : IN_VAIN);
	}

	/** The kinds of call, as the recorded client names them. */
	public enum Kind {

		/** One request, one answer. */
		CALL,
		/** One request, a stream of answers. */
		STREAM,
		/** Both sides stream; the client waits for an answer to each of its messages. */
		BIDI;

		/**
		 * The kind of a recorded call.
		 * @param result what the user of the Go client saw
		 * @return the kind
		 * @throws UnsupportedOperationException when the player knows no such kind
		 */
		static Kind of(JsonNode result) {
			String kind = result.path("op").asString("call").toUpperCase(Locale.ROOT);
			return Stream.of(values())
				.filter((known) -> known.name().equals(kind))
				.findFirst()
				.orElseThrow(() -> new UnsupportedOperationException("no player for this kind of call: " + kind));
		}

	}

}
