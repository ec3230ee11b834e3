package io.microspring.test.recording;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Whether the requests and replies of gRPC mean the same. Metadata may come in any order.
 */
final class GrpcMessages {

	/** What differs from run to run, and what no Go server or client looks at. */
	private static final Set<String> NOT_COMPARED = Set.of(":authority", "user-agent", "grpc-timeout", "timeout",
			"grpc-accept-encoding", "accept-encoding", "grpc-encoding", "micro-from-service", "micro-namespace",
			"micro-trace-id", "micro-span-id");

	/** What stands in replies beside what their user put there. */
	private static final Set<String> OF_REPLIES = Set.of("content-type", "grpc-status", "grpc-message",
			"grpc-status-details-bin", "trailer", "date", "content-length", "te", "x-content-type");

	private static final Pattern TIMEOUT = Pattern.compile("(\\d{1,18})([HMSmun])");

	private static final Map<String, Long> NANOS = Map.of("H", 3_600_000_000_000L, "M", 60_000_000_000L, "S",
			1_000_000_000L, "m", 1_000_000L, "u", 1_000L, "n", 1L);

	private GrpcMessages() {
	}

	/**
	 * Compares the reply to one call.
	 * @param go what the Go server wrote
	 * @param ours what was written now
	 * @param givenUp whether the Go client had given the call up
	 * @param exact whether code and words of an error count, not only which of go-micro's
	 * it is
	 * @return the differences, none when they mean the same
	 */
	static List<String> replyDifferences(Http2Stream go, Http2Stream ours, boolean givenUp, boolean exact) {
		GrpcStatus expected = GrpcStatus.of(go.all());
		GrpcStatus actual = GrpcStatus.of(ours.all());
		if (givenUp && go.messages().isEmpty() && ours.messages().isEmpty() && expected.isGivenUp()
				&& actual.isGivenUp()) {
			return List.of();
		}
		List<String> differences = new ArrayList<>();
		compare(differences, ":status", go.all().get(":status"), ours.all().get(":status"));
		compare(differences, "content-type", contentType(go.all()), contentType(ours.all()));
		go.all().forEach((name, value) -> {
			if (!name.startsWith(":") && !NOT_COMPARED.contains(name) && !OF_REPLIES.contains(name)
					&& !name.startsWith("micro-") && !name.startsWith("x-micro-")) {
				compare(differences, name, value, ours.all().get(name));
			}
		});
		differences.addAll(bodyDifferences("message", go, ours));
		if (go.isOver()) {
			boolean alike = !exact && expected.isError() && actual.isError();
			differences.addAll(alike ? expected.meaningDifferences(actual) : expected.differences(actual));
		}
		return differences;
	}

	/**
	 * Compares one request.
	 * @param go what the Go client wrote
	 * @param ours what was written now
	 * @return the differences, none when they mean the same
	 */
	static List<String> requestDifferences(Http2Stream go, Http2Stream ours) {
		List<String> differences = new ArrayList<>();
		go.headers().forEach((name, value) -> {
			if (name.equals("content-type")) {
				compare(differences, name, contentType(go.headers()), contentType(ours.headers()));
			}
			else if (!NOT_COMPARED.contains(name)) {
				compare(differences, name, value, ours.headers().get(name));
			}
		});
		for (String name : List.of("grpc-timeout", "timeout")) {
			String timeout = go.headers().get(name);
			// Of a whole stream, only the oldest go-micro sends one, its default.
			if (timeout != null && go.headers().get("grpc-timeout") != null
					&& !isWithin(timeout, ours.headers().get(name))) {
				differences.add(name + " is " + ours.headers().get(name) + " for " + timeout);
			}
		}
		differences.addAll(bodyDifferences("message", go, ours));
		return differences;
	}

	/**
	 * Whether a header is one that a user of the client adds.
	 * @param name the header's name
	 * @return false for what the client adds itself
	 */
	static boolean isUsers(String name) {
		return !name.startsWith(":") && !NOT_COMPARED.contains(name) && !OF_REPLIES.contains(name);
	}

	/**
	 * A message of gRPC, as one of http.
	 * @param stream where it was
	 * @param body the message
	 * @return the message, for {@link Bodies}
	 */
	static HttpMessage message(Http2Stream stream, byte[] body) {
		boolean json = stream.all().getOrDefault("content-type", "").endsWith("json")
				|| body.length > 0 && body[0] == '{';
		return new HttpMessage("", Metadata.of("Content-Type", json ? "application/json" : "application/protobuf"),
				body);
	}

	private static List<String> bodyDifferences(String what, Http2Stream go, Http2Stream ours) {
		List<String> differences = new ArrayList<>();
		List<byte[]> expected = go.messages();
		List<byte[]> actual = ours.messages();
		if (expected.size() != actual.size()) {
			differences.add(actual.size() + " messages for " + expected.size());
		}
		for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
			compare(differences, (expected.size() > 1) ? what + " " + (i + 1) : what,
					Bodies.decode(message(go, expected.get(i))), Bodies.decode(message(ours, actual.get(i))));
		}
		return differences;
	}

	/** By gRPC's own definition nothing behind {@code application/grpc} means proto. */
	private static @Nullable String contentType(Map<String, String> headers) {
		String contentType = headers.get("content-type");
		return "application/grpc+proto".equals(contentType) ? "application/grpc" : contentType;
	}

	private static boolean isWithin(String go, @Nullable String ours) {
		long most = nanos(go);
		long actual = (ours == null) ? 0 : nanos(ours);
		// What Go had left, plus what it had spent.
		return actual > 0 && actual <= most + 1_000_000_000L;
	}

	private static long nanos(String timeout) {
		Matcher matcher = TIMEOUT.matcher(timeout);
		if (matcher.matches()) {
			return Long.parseLong(matcher.group(1)) * NANOS.getOrDefault(matcher.group(2), 1L);
		}
		try {
			return Long.parseLong(timeout);
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

	private static void compare(List<String> differences, String what, @Nullable Object go, @Nullable Object ours) {
		if (!Objects.equals(go, ours)) {
			differences.add(what + " is " + Replies.oneLine(ours) + " for " + Replies.oneLine(go));
		}
	}

}
