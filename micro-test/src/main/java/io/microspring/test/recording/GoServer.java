package io.microspring.test.recording;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.microspring.concurrent.Threads;
import io.microspring.registry.Node;
import io.microspring.test.recording.Script.Turn;

/**
 * Plays the Go server over http: to each connection it writes what the Go server wrote to
 * that connection, as soon as it has read as many requests as the Go server had.
 */
final class GoServer implements AutoCloseable {

	/** How long the last request of a call may take. */
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final List<Script> scripts;

	private final boolean bare;

	private final ServerSocket listener;

	private final Semaphore arrived = new Semaphore(0);

	private final Queue<HttpMessage> requests = new ConcurrentLinkedQueue<>();

	private final Queue<String> problems = new ConcurrentLinkedQueue<>();

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	GoServer(Recording recording) {
		this.bare = isBare(recording);
		this.scripts = recording.connections().stream().map(Script::of).toList();
		try {
			this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No port can be had on the loopback interface", ex);
		}
		Threads.start("go-server", this::accept);
	}

	/**
	 * Plays a recording.
	 * @param recording the recording
	 * @param caller our client
	 * @return how the results and requests differ, empty when they mean the same
	 */
	static List<String> play(Recording recording, Caller caller) {
		List<String> differences = new ArrayList<>();
		try (GoServer server = new GoServer(recording)) {
			List<HttpMessage> expected = server.scripts.stream()
				.flatMap((script) -> script.requests().stream())
				.toList();
			boolean answered = server.scripts.stream().noneMatch((script) -> script.replies().isEmpty());
			List<GoCall> calls = new ArrayList<>();
			for (int i = 0; i < recording.results().size(); i++) {
				List<HttpMessage> requests = expected.subList(Math.min(i, expected.size() - 1), expected.size());
				calls.add(GoCall.of(recording.results().get(i), requests, answered));
			}
			differences.addAll(Results.differences(recording.results(), caller.make(calls, server.node())));
			server.awaitRequests(expected.size());
			differences.addAll(server.problems);
			differences.addAll(compare(server.scripts, List.copyOf(server.requests)));
		}
		return differences;
	}

	/** Ends the connections; whoever waits on one sees its end. */
	@Override
	public void close() {
		try {
			this.listener.close();
			for (Socket socket : this.sockets) {
				socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Whether the recorded client found a node without metadata.
	 * @param recording the recording
	 * @return true when it did
	 */
	static boolean isBare(Recording recording) {
		return recording.json().path("command").asString("").contains("barenode=");
	}

	/** The node as the Go client found it. */
	Node node() {
		return new Node("go.micro.srv.greeter-1",
				this.listener.getInetAddress().getHostAddress() + ":" + this.listener.getLocalPort(),
				this.bare ? Map.of() : Map.of("protocol", "mucp", "server", "mucp", "transport", "http"));
	}

	/** The end of a stream may still be under way when its user has all that he wants. */
	private void awaitRequests(int count) {
		try {
			this.arrived.tryAcquire(count, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void accept() {
		try {
			for (int i = 0; true; i++) {
				Socket socket = this.listener.accept();
				this.sockets.add(socket);
				if (i < this.scripts.size()) {
					Script script = this.scripts.get(i);
					Threads.start("go-server-" + i, () -> serve(script, socket));
				}
				else {
					this.problems.add("connection " + (i + 1) + " for " + this.scripts.size());
					socket.close();
				}
			}
		}
		catch (IOException expected) {
			// closed: nobody else calls
		}
	}

	private void serve(Script script, Socket socket) {
		try (socket) {
			InputStream in = new BufferedInputStream(socket.getInputStream());
			int read = 0;
			for (Turn turn : script.turns()) {
				if (!turn.fromClient()) {
					while (read < turn.seen() && readInto(in)) {
						read++;
					}
					socket.getOutputStream().write(turn.bytes());
					socket.getOutputStream().flush();
				}
			}
			int most = script.closedByServer() ? script.requests().size() : Integer.MAX_VALUE;
			while (read < most && readInto(in)) {
				read++;
			}
		}
		catch (IOException expected) {
			// the client hung up
		}
	}

	private boolean readInto(InputStream in) throws IOException {
		HttpMessage request = HttpMessage.read(in);
		if (request != null) {
			this.requests.add(request);
			this.arrived.release();
		}
		return request != null;
	}

	private static List<String> compare(List<Script> scripts, List<HttpMessage> ours) {
		List<String> differences = new ArrayList<>();
		List<HttpMessage> go = new ArrayList<>();
		Set<Integer> first = new HashSet<>();
		for (Script script : scripts) {
			first.add(go.size());
			go.addAll(script.requests());
		}
		// Once the server has ended a stream, its client may hang up without saying so
		// too.
		boolean ended = ours.size() == go.size() - 1 && "EOS".equals(go.get(ours.size()).headers().get("Micro-Error"))
				&& scripts.stream()
					.flatMap((script) -> script.replies().stream())
					.anyMatch((reply) -> reply.headers().get("Micro-Error") != null);
		if (ours.size() != go.size() && !ended) {
			differences.add(ours.size() + " requests for " + go.size());
		}
		for (int i = 0; i < Math.min(ours.size(), go.size()); i++) {
			String which = (go.size() > 1) ? "request " + (i + 1) + ": " : "request: ";
			Requests.differences(go.get(i), ours.get(i), first.contains(i))
				.forEach((difference) -> differences.add(which + difference));
		}
		return differences;
	}

}
