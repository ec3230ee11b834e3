package io.microspring.test.recording;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Whether requests of ours mean to a Go server what the Go client's requests meant.
 */
final class Requests {

	/** Framing, and what no Go server looks at or what differs from run to run. */
	private static final Set<String> NOT_COMPARED = Set.of("host", "user-agent", "content-length", "transfer-encoding",
			"connection", "accept", "accept-encoding", "te", "timeout", "micro-id", "micro-stream",
			"micro-from-service", "grpc-status");

	private Requests() {
	}

	/**
	 * Compares one request.
	 * @param go what the Go client wrote
	 * @param ours what was written now
	 * @param opens whether it is the first of its connection: the server takes the time
	 * of a stream from that
	 * @return the differences, none when they mean the same
	 */
	static List<String> differences(HttpMessage go, HttpMessage ours, boolean opens) {
		List<String> differences = new ArrayList<>();
		compare(differences, "request line", go.startLine(), ours.startLine());
		go.headers().forEach((name, value) -> {
			if (!NOT_COMPARED.contains(name.toLowerCase(Locale.ROOT))) {
				compare(differences, name, value, ours.headers().get(name));
			}
		});
		if (ours.headers().getOrDefault("Micro-Id", "").isEmpty()) {
			differences.add("no Micro-Id");
		}
		String stream = ours.headers().get("Micro-Stream");
		if (go.headers().get("Micro-Stream") != null
				&& (stream == null || !stream.equals(ours.headers().get("Micro-Id")))) {
			differences.add("Micro-Stream is " + stream);
		}
		boolean timed = opens || go.headers().get("Micro-Stream") == null;
		if (timed && go.headers().get("Timeout") != null
				&& !isWithin(go.headers().get("Timeout"), ours.headers().get("Timeout"))) {
			differences.add("Timeout is " + ours.headers().get("Timeout") + " for " + go.headers().get("Timeout"));
		}
		if (!"EOS".equals(go.headers().get("Micro-Error"))) {
			compare(differences, "body", Bodies.decode(go), Bodies.decode(ours));
		}
		return differences;
	}

	/**
	 * Whether a header is one that a user of the client adds.
	 * @param name the header's name
	 * @return false for framing and for the client's own headers
	 */
	static boolean isUsers(String name) {
		String lower = name.toLowerCase(Locale.ROOT);
		return !NOT_COMPARED.contains(lower) && !lower.startsWith("micro-") && !lower.equals("content-type");
	}

	private static boolean isWithin(@Nullable String go, @Nullable String ours) {
		try {
			return go != null && ours != null && Long.parseLong(ours) > 0 && Long.parseLong(ours) <= Long.parseLong(go);
		}
		catch (NumberFormatException ex) {
			return false;
		}
	}

	private static void compare(List<String> differences, String what, @Nullable Object go, @Nullable Object ours) {
		if (!Objects.equals(go, ours)) {
			differences.add(what + " is " + ours + " for " + go);
		}
	}

}
