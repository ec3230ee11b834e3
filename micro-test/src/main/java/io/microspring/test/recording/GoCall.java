package io.microspring.test.recording;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

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
	 * The call behind a request over http.
	 * @param request what the Go client wrote
	 * @param answered whether the Go server answered it
	 * @return the call
	 */
	static GoCall of(HttpMessage request, boolean answered) {
		Metadata headers = request.headers();
		Metadata.Builder metadata = Metadata.builder();
		headers.forEach((name, value) -> {
			if (Requests.isUsers(name)) {
				metadata.set(name, value);
			}
		});
		Duration timeout = Duration.ofNanos(Long.parseLong(headers.getOrDefault("Timeout", "5000000000")));
		return new GoCall(Kind.CALL, headers.getOrDefault("Micro-Service", ""),
				headers.getOrDefault("Micro-Endpoint", ""), request.contentType(),
				List.of(Bodies.text(request, "name")), 0, metadata.build(), answered ? timeout : IN_VAIN);
	}

	/**
	 * The call behind the messages of mucp.
	 * @param result what the user of the Go client saw
	 * @param messages what the Go client wrote: one request, or a stream of them
	 * @param answered whether the Go server answered
	 * @return the call
	 */
	static GoCall of(JsonNode result, List<HttpMessage> messages, boolean answered) {
		Kind kind = Kind.valueOf(result.path("op").asString("call").toUpperCase(Locale.ROOT));
		GoCall first = of(messages.get(0), answered);
		if (kind == Kind.CALL) {
			return first;
		}
		// The first opens the stream, and the last may end it.
		List<HttpMessage> requests = messages.stream()
			.skip(1)
			.filter((message) -> message.headers().get("Micro-Error") == null)
			.toList();
		return new GoCall(kind, first.service(), first.endpoint(), first.contentType(),
				requests.stream().map((message) -> Bodies.text(message, "name")).toList(),
				requests.isEmpty() ? 0 : Bodies.count(requests.get(0)), first.metadata(), first.timeout());
	}

	/** The kinds of call, as the recorded client names them. */
	public enum Kind {

		/** One request, one answer. */
		CALL,
		/** One request, a stream of answers. */
		STREAM,
		/** Both sides stream; the client waits for an answer to each of its messages. */
		BIDI

	}

}
