package io.microspring.test.recording;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

import io.microspring.test.recording.Http2Script.Turn;
import org.jspecify.annotations.Nullable;

/**
 * Plays one side of a recorded HTTP/2 connection to a peer of ours: writes what was
 * written, when the peer has come as far as Go had. Its settings and pings are answered
 * as they come. For one connection and one thread.
 */
final class Http2Dialogue {

	/** How long the peer may take for what Go did. */
	static final Duration PATIENCE = Duration.ofSeconds(5);

	/** Shorter pauses are how the scheduler liked it, longer ones had a reason. */
	private static final int MEANT = 100;

	private static final int LONGEST_PAUSE = 1500;

	private static final int BUFFER = 1 << 16;

	private final Http2Script script;

	private final boolean asClient;

	private final Socket socket;

	private final Http2Half peer;

	private final byte[] buffer = new byte[BUFFER];

	private Runnable onCall = () -> {
	};

	private boolean closed;

	private boolean preface;

	/**
	 * A dialogue that has not begun.
	 * @param script what was recorded
	 * @param asClient whether the Go client is played, else the Go server
	 * @param socket the connection to the peer, closed by the caller
	 */
	Http2Dialogue(Http2Script script, boolean asClient, Socket socket) {
		this.script = script;
		this.asClient = asClient;
		this.socket = socket;
		this.peer = new Http2Half(!asClient);
		this.preface = asClient;
	}

	/**
	 * Has something run when the peer calls what was called in the recording.
	 * @param action what to run
	 */
	void onCall(Runnable action) {
		this.onCall = action;
	}

	/**
	 * What the peer has written.
	 * @return its side, which grows as long as this plays
	 */
	Http2Half peer() {
		return this.peer;
	}

	/**
	 * Plays all of it.
	 * @return what the peer did not do, or null
	 */
	@Nullable String play() throws IOException {
		this.socket.setTcpNoDelay(true);
		for (Turn turn : this.script.turns()) {
			if (turn.fromClient() == this.asClient && !(turn.frames().isEmpty() && !this.preface)) {
				if (!await(turn.seen())) {
					return missing(turn.seen());
				}
				if (turn.pause() > MEANT) {
					read(Duration.ofMillis((long) Math.min(turn.pause(), LONGEST_PAUSE)), () -> false);
				}
				write(turn.frames());
			}
		}
		Http2Half.Progress all = this.script.half(!this.asClient).progress(this.script.ends());
		return await(all) ? null : missing(all);
	}

	/**
	 * Reads on.
	 * @param time for how long
	 */
	void linger(Duration time) throws IOException {
		read(time, () -> false);
	}

	private String missing(Http2Half.Progress expected) {
		return (this.closed ? "the connection was closed" : "nothing more within " + PATIENCE.toSeconds() + " s")
				+ " after " + this.peer.progress(true) + " for " + expected;
	}

	private boolean await(Http2Half.Progress expected) throws IOException {
		read(PATIENCE, () -> this.peer.progress(true).reaches(expected));
		return this.peer.progress(true).reaches(expected);
	}

	private void read(Duration time, BooleanSupplier enough) throws IOException {
		long end = System.nanoTime() + time.toNanos();
		while (!this.closed && !enough.getAsBoolean()) {
			long left = (end - System.nanoTime()) / 1_000_000;
			if (left <= 0) {
				return;
			}
			this.socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
			try {
				int count = this.socket.getInputStream().read(this.buffer);
				this.closed = count < 0;
				if (!this.closed) {
					answer(this.peer.add(Arrays.copyOf(this.buffer, count)));
				}
			}
			catch (SocketTimeoutException ex) {
				return;
			}
		}
	}

	private void answer(List<Http2Frame> frames) throws IOException {
		if (!this.asClient) {
			refuseUnknownPaths();
		}
		List<Http2Frame> acknowledgements = new ArrayList<>();
		for (Http2Frame frame : frames) {
			Http2Frame acknowledgement = frame.acknowledgement();
			if (acknowledgement != null) {
				acknowledgements.add(acknowledgement);
			}
		}
		if (!acknowledgements.isEmpty()) {
			write(acknowledgements);
		}
	}

	/** A Go server answers so to a path that it does not serve. */
	private void refuseUnknownPaths() throws IOException {
		List<String> known = this.script.client().streams().stream().map(Http2Stream::path).toList();
		for (int id : this.peer.ids()) {
			String path = this.peer.streams().get(this.peer.ids().indexOf(id)).path();
			if (!path.isEmpty() && !known.contains(path)) {
				this.peer.leaveOut(id);
				this.socket.getOutputStream().write(Http2Frame.write(List.of(Http2Frame.unimplemented(id))));
			}
			else if (!path.isEmpty()) {
				this.onCall.run();
			}
		}
	}

	/**
	 * Writes as long as somebody reads: a peer that has hung up before its time has not
	 * said all that is expected of it, and one that has misses nothing.
	 */
	private void write(List<Http2Frame> frames) throws IOException {
		try {
			if (this.preface) {
				this.preface = false;
				this.socket.getOutputStream().write(Http2Half.PREFACE);
			}
			this.socket.getOutputStream()
				.write(Http2Frame.write(frames.stream().map((frame) -> frame.onStream(id(frame.stream()))).toList()));
			this.socket.getOutputStream().flush();
		}
		catch (SocketException ex) {
			// what it has said can still be read
		}
	}

	/** A client of ours may number its streams in another way than Go's. */
	private int id(int recorded) {
		int index = this.script.client().ids().indexOf(recorded);
		List<Integer> ids = this.peer.ids();
		return (this.asClient || index < 0 || index >= ids.size()) ? recorded : ids.get(index);
	}

}
