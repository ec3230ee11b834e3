package io.microspring.test.recording;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.microspring.errors.MicroException;
import io.microspring.registry.Node;

/**
 * The families over HTTP/2. What a stream of it means to Go is the affair of its
 * {@link Dialect}.
 */
final class Grpc implements Family {

	/** How long one waits for a message that Go did not send. */
	private static final Duration SUSPICION = Duration.ofMillis(30);

	/** The same where Go's client waited for it in vain. */
	private static final Duration LONG_SUSPICION = Duration.ofMillis(500);

	private final String name;

	private final Dialect dialect;

	Grpc(String name, Dialect dialect) {
		this.name = name;
		this.dialect = dialect;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public Finding asServer(Recording recording, String target) {
		try {
			List<Http2Script> scripts = scripts(recording);
			if (scripts.isEmpty()) {
				return Finding.notPlayed("the client's bytes are not in the recording");
			}
			List<String> differences = new ArrayList<>();
			for (Http2Script script : scripts) {
				differences.addAll(asServer(recording, script, target));
			}
			return Finding.of(differences);
		}
		catch (IOException ex) {
			return Finding.notPlayed(String.valueOf(ex.getMessage()));
		}
	}

	@Override
	public Finding asClient(Recording recording, Caller caller) {
		try {
			List<Http2Script> scripts = scripts(recording);
			if (recording.results().isEmpty()) {
				return Finding.notPlayed("no client's result was recorded");
			}
			if (scripts.isEmpty()) {
				return Finding.notPlayed("the client wrote nothing");
			}
			return Finding.of(asClient(recording, scripts, caller));
		}
		catch (IOException ex) {
			return Finding.notPlayed(String.valueOf(ex.getMessage()));
		}
	}

	/** Connections on which nothing was called are left out. */
	List<Http2Script> scripts(Recording recording) throws IOException {
		List<Http2Script> scripts = new ArrayList<>();
		for (List<Recording.Event> connection : recording.connections()) {
			Http2Script script = Http2Script.of(connection, this.dialect.awaitsEnds());
			if (!script.client().streams().isEmpty()) {
				scripts.add(script);
			}
		}
		return scripts;
	}

	private List<String> asServer(Recording recording, Http2Script script, String target) {
		List<String> differences = new ArrayList<>();
		Http2Half server = new Http2Half(false);
		try (Socket socket = new GoClient(target).connect()) {
			Http2Dialogue dialogue = new Http2Dialogue(script, true, socket);
			server = dialogue.peer();
			String missing = dialogue.play();
			if (missing != null) {
				differences.add(missing);
			}
			else {
				dialogue.linger((script.silence() > LONG_SUSPICION.toMillis()) ? LONG_SUSPICION : SUSPICION);
			}
		}
		catch (IOException ex) {
			differences.add(ex.toString());
		}
		if (!server.goAway().isEmpty()) {
			differences.add(server.goAway());
		}
		List<Http2Stream> calls = script.client().streams();
		for (int i = 0; i < calls.size(); i++) {
			String which = (calls.size() > 1) ? "call " + (i + 1) + ": " : "";
			int id = script.client().ids().get(i);
			boolean givenUp = calls.get(i).isReset() || isTimeout(recording);
			this.dialect.replyDifferences(script.server().stream(id), server.stream(id), givenUp)
				.forEach((difference) -> differences.add(which + difference));
		}
		return differences;
	}

	/** Whether the Go client waited no longer. */
	private static boolean isTimeout(Recording recording) {
		return recording.results()
			.stream()
			.map((result) -> MicroException.parse(result.path("error").asString("")))
			.anyMatch((error) -> error.code() == 408 && error.id().equals("go.micro.client"));
	}

	private List<String> asClient(Recording recording, List<Http2Script> scripts, Caller caller) {
		List<Http2Stream> requests = scripts.stream().flatMap((script) -> script.client().streams().stream()).toList();
		try (Http2GoServer server = new Http2GoServer(scripts)) {
			List<GoCall> calls = this.dialect.calls(recording, requests);
			List<Heard> heard = caller.make(calls, this.dialect.node(server));
			List<String> differences = new ArrayList<>(Results.differences(recording.results(), heard));
			differences.addAll(server.stop());
			differences.addAll(requestDifferences(recording, requests, server.requests()));
			return differences;
		}
	}

	private List<String> requestDifferences(Recording recording, List<Http2Stream> go, List<Http2Stream> ours) {
		List<String> differences = new ArrayList<>();
		if (ours.size() > go.size()) {
			differences.add(ours.size() + " calls for " + go.size());
		}
		for (int i = 0; i < go.size(); i++) {
			if (i < ours.size()) {
				String which = (go.size() > 1) ? "request " + (i + 1) + ": " : "request: ";
				requestDifferences(go.subList(i, go.size()), ours.get(i))
					.forEach((difference) -> differences.add(which + difference));
			}
			else if (i < recording.results().size() || !isRepeat(go.get(i - 1), go.get(i))) {
				differences.add("request " + (i + 1) + " is missing");
			}
		}
		return differences;
	}

	/** Of a call that was answered before it was all written, the repeat may say more. */
	private List<String> requestDifferences(List<Http2Stream> go, Http2Stream ours) {
		List<String> differences = this.dialect.requestDifferences(go.get(0), ours);
		boolean cut = !differences.isEmpty() && go.size() > 1 && go.get(0).messages().isEmpty();
		return (cut && isRepeat(go.get(0), go.get(1))) ? this.dialect.requestDifferences(go.get(1), ours) : differences;
	}

	/** Go's clients repeat a call that failed; ours need not. */
	private boolean isRepeat(Http2Stream call, Http2Stream next) {
		return call.path().equals(next.path()) && (call.messages().isEmpty() || next.messages().isEmpty()
				|| this.dialect.requestDifferences(call, next).isEmpty());
	}

	/** What the streams of HTTP/2 mean to Go. */
	interface Dialect {

		/**
		 * Whether the end of a stream means something to the peer.
		 * @return true when it is to be waited for
		 */
		default boolean awaitsEnds() {
			return true;
		}

		/**
		 * Compares the reply to one call.
		 * @param go what the Go server wrote
		 * @param ours what was written now
		 * @param givenUp whether the Go client had given the call up
		 * @return the differences, none when they mean the same
		 */
		List<String> replyDifferences(Http2Stream go, Http2Stream ours, boolean givenUp);

		/**
		 * Compares one request.
		 * @param go what the Go client wrote
		 * @param ours what was written now
		 * @return the differences, none when they mean the same
		 */
		List<String> requestDifferences(Http2Stream go, Http2Stream ours);

		/**
		 * What the user of the Go client called.
		 * @param recording the recording
		 * @param requests what the client wrote
		 * @return a call for each result
		 */
		List<GoCall> calls(Recording recording, List<Http2Stream> requests);

		/**
		 * The node as the Go server registers it.
		 * @param server who plays it
		 * @return the node
		 */
		Node node(Http2GoServer server);

	}

}
