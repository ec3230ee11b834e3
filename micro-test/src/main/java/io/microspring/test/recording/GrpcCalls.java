package io.microspring.test.recording;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import tools.jackson.databind.JsonNode;

/**
 * Calls of gRPC: a stream is a call, and a message of it one of the greeter's.
 */
final class GrpcCalls implements Grpc.Dialect {

	private final boolean exact;

	/**
	 * Calls of gRPC.
	 * @param exact whether the code of an error counts, and the words of one that is not
	 * go-micro's: a mucp server says 13 whatever the error, and has its own words
	 */
	GrpcCalls(boolean exact) {
		this.exact = exact;
	}

	@Override
	public List<String> replyDifferences(Http2Stream go, Http2Stream ours, boolean givenUp) {
		return GrpcMessages.replyDifferences(go, ours, givenUp, this.exact);
	}

	@Override
	public List<String> requestDifferences(Http2Stream go, Http2Stream ours) {
		return GrpcMessages.requestDifferences(go, ours);
	}

	@Override
	public Node node(Http2GoServer server) {
		return server.node("grpc", "grpc");
	}

	@Override
	public List<GoCall> calls(Recording recording, List<Http2Stream> requests) {
		List<GoCall> calls = new ArrayList<>();
		for (int i = 0; i < recording.results().size(); i++) {
			Http2Stream request = requests.get(Math.min(i, requests.size() - 1));
			// Answered before it was all written: the repeat tells the rest.
			Http2Stream whole = requests.stream()
				.skip(i)
				.filter((other) -> other.path().equals(request.path()) && !other.messages().isEmpty())
				.findFirst()
				.orElse(request);
			calls.add(call(recording.results().get(i), whole));
		}
		return calls;
	}

	/** The path is {@code /<service>.<handler>/<method>}. */
	private static GoCall call(JsonNode result, Http2Stream request) {
		Map<String, String> headers = request.headers();
		String path = request.path();
		int method = path.lastIndexOf('/');
		int handler = path.lastIndexOf('.', method);
		Metadata.Builder metadata = Metadata.builder();
		headers.forEach((name, value) -> {
			if (GrpcMessages.isUsers(name)) {
				metadata.set(name, value);
			}
		});
		List<HttpMessage> messages = request.messages()
			.stream()
			.map((body) -> GrpcMessages.message(request, body))
			.toList();
		return new GoCall(GoCall.Kind.of(result), path.substring(1, Math.max(1, handler)),
				path.substring(handler + 1).replace('/', '.'),
				result.path("content_type").asString(headers.getOrDefault("content-type", "")),
				messages.isEmpty() ? List.of("")
						: messages.stream().map((message) -> Bodies.text(message, "name")).toList(),
				messages.isEmpty() ? 0 : Bodies.count(messages.get(0)), metadata.build(),
				Duration.ofNanos(Long.parseLong(headers.getOrDefault("timeout", "5000000000"))));
	}

}
