package io.microspring.test.recording;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * Whether replies of ours mean to a Go client what Go's replies meant.
 */
final class Replies {

	private Replies() {
	}

	/**
	 * Compares the replies of one connection.
	 * @param script what was recorded
	 * @param ours what was answered now
	 * @return the differences, none when they mean the same
	 */
	static List<String> differences(Script script, List<HttpMessage> ours) {
		List<String> differences = new ArrayList<>();
		List<HttpMessage> recorded = script.replies();
		if (ours.size() != recorded.size()) {
			differences.add(ours.size() + " replies for " + recorded.size());
		}
		List<HttpMessage> paired = race(script) ? inTheOrderOf(recorded, ours) : ours;
		for (int i = 0; i < Math.min(recorded.size(), paired.size()); i++) {
			String which = (recorded.size() > 1) ? "reply " + (i + 1) + ": " : "";
			String id = requestId(script, recorded, i);
			for (String difference : differences(id, recorded.get(i), paired.get(i))) {
				differences.add(which + difference);
			}
		}
		return differences;
	}

	/**
	 * Whether two texts of {@code Micro-Error} mean the same.
	 * @param go what Go said, or null
	 * @param ours what we say, or null
	 * @return true when they do
	 */
	static boolean sameError(@Nullable String go, @Nullable String ours) {
		if (go == null || ours == null) {
			return Objects.equals(go, ours);
		}
		MicroException expected = MicroException.parse(go.trim());
		MicroException actual = MicroException.parse(ours.trim());
		return expected.isPlain() == actual.isPlain() && expected.id().equals(actual.id())
				&& expected.code() == actual.code() && expected.detail().equals(actual.detail())
				&& expected.status().equals(actual.status());
	}

	/**
	 * Compares one reply.
	 * @param id the id of its request, or null when none is expected
	 * @param go what the Go server wrote
	 * @param ours what was answered now
	 * @return the differences, none when they mean the same
	 */
	static List<String> differences(@Nullable String id, HttpMessage go, HttpMessage ours) {
		List<String> differences = new ArrayList<>();
		compare(differences, "status line", go.startLine(), ours.startLine());
		if (go.body().length > 0) {
			compare(differences, "Content-Type", go.headers().get("Content-Type"), ours.headers().get("Content-Type"));
		}
		for (String name : List.of("Micro-Error", "X-Micro-Error")) {
			if (!sameError(go.headers().get(name), ours.headers().get(name))) {
				differences.add(name + " is " + ours.headers().get(name) + " for " + go.headers().get(name));
			}
		}
		// The newest go-micro answers with the id of the first request: the request's own
		// is meant.
		for (String name : List.of("Micro-Id", "X-Micro-Id")) {
			if (id != null && go.headers().get(name) != null) {
				compare(differences, name, id, ours.headers().get(name));
			}
		}
		compare(differences, "body", Bodies.decode(go), Bodies.decode(ours));
		return differences;
	}

	private static void compare(List<String> differences, String what, @Nullable Object go, @Nullable Object ours) {
		if (!Objects.equals(go, ours)) {
			differences.add(what + " is " + oneLine(ours) + " for " + oneLine(go));
		}
	}

	static String oneLine(@Nullable Object value) {
		return String.valueOf(value).strip().replaceAll("\\s+", " ");
	}

	/**
	 * Whether the order of the replies is chance: several requests were under way, and
	 * none of them slept, which would have made the order sure.
	 */
	private static boolean race(Script script) {
		return script.requests().get(0).headers().get("Micro-Stream") == null && script.pipelined() > 1
				&& script.requests().stream().noneMatch((request) -> Bodies.text(request, "name").startsWith("sleep:"));
	}

	private static List<HttpMessage> inTheOrderOf(List<HttpMessage> recorded, List<HttpMessage> ours) {
		List<HttpMessage> rest = new ArrayList<>(ours);
		List<HttpMessage> ordered = new ArrayList<>();
		for (HttpMessage reply : recorded) {
			rest.stream()
				.filter((other) -> Objects.equals(id(other), id(reply)))
				.findFirst()
				.or(() -> rest.stream().findFirst())
				.ifPresent((match) -> {
					rest.remove(match);
					ordered.add(match);
				});
		}
		ordered.addAll(rest);
		return ordered;
	}

	/** The id of the request that a reply belongs to. */
	private static @Nullable String requestId(Script script, List<HttpMessage> recorded, int reply) {
		if (script.pipelined() > 1 && script.requests().get(0).headers().get("Micro-Stream") == null) {
			return id(recorded.get(reply));
		}
		return id(script.requests().get(Math.min(reply, script.requests().size() - 1)));
	}

	private static @Nullable String id(HttpMessage message) {
		return message.headers().get("Micro-Id");
	}

}
