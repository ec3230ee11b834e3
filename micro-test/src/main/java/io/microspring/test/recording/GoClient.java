package io.microspring.test.recording;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.microspring.test.recording.Script.Turn;
import org.jspecify.annotations.Nullable;

/**
 * Plays the Go client over http: writes what it wrote, when it had seen what it had seen,
 * and compares the replies.
 */
final class GoClient {

	/** How long a reply may take that Go gave. */
	private static final Duration PATIENCE = Duration.ofSeconds(5);

	/** How long one waits for a reply that Go did not give. */
	private static final int SUSPICION = 30;

	/** The same where Go's client waited for it in vain. */
	private static final int LONG_SUSPICION = 500;

	private final String host;

	private final int port;

	private final Duration patience;

	GoClient(String address) {
		this(address, PATIENCE);
	}

	GoClient(String address, Duration patience) {
		this.patience = patience;
		int colon = address.lastIndexOf(':');
		if (colon < 1) {
			throw new IllegalArgumentException("No address of the form host:port: " + address);
		}
		this.host = address.substring(0, colon);
		this.port = Integer.parseInt(address.substring(colon + 1));
	}

	/**
	 * Connects to the server.
	 * @return a connection that writes at once
	 */
	Socket connect() throws IOException {
		Socket socket = new Socket();
		socket.setTcpNoDelay(true);
		socket.connect(new InetSocketAddress(this.host, this.port), (int) PATIENCE.toMillis());
		return socket;
	}

	/**
	 * Plays a recording.
	 * @param recording the recording
	 * @return how the replies differ, empty when they mean the same
	 */
	List<String> play(Recording recording) {
		List<String> differences = new ArrayList<>();
		for (List<Recording.Event> connection : recording.connections()) {
			Script script = Script.of(connection);
			if (!script.requests().isEmpty()) {
				differences.addAll(play(script));
			}
		}
		return differences;
	}

	private List<String> play(Script script) {
		List<HttpMessage> replies = new ArrayList<>();
		List<String> differences = new ArrayList<>();
		try (Socket socket = connect()) {
			String broken = talk(script, socket, replies);
			if (broken != null) {
				differences.add(broken);
			}
		}
		catch (IOException ex) {
			differences.add("after " + replies.size() + " replies: " + ex);
		}
		differences.addAll(Replies.differences(script, replies));
		return differences;
	}

	private @Nullable String talk(Script script, Socket socket, List<HttpMessage> replies) throws IOException {
		InputStream in = new BufferedInputStream(socket.getInputStream());
		for (Turn turn : script.turns()) {
			if (turn.fromClient()) {
				String broken = await(turn.seen(), socket, in, replies);
				if (broken != null) {
					return broken;
				}
				socket.getOutputStream().write(turn.bytes());
				socket.getOutputStream().flush();
			}
		}
		String broken = await(script.replies().size(), socket, in, replies);
		int suspicion = suspicion(script);
		if (broken == null && suspicion > 0) {
			socket.setSoTimeout(suspicion);
			more(in, replies);
		}
		return broken;
	}

	private @Nullable String await(int count, Socket socket, InputStream in, List<HttpMessage> replies)
			throws IOException {
		socket.setSoTimeout((int) this.patience.toMillis());
		while (replies.size() < count) {
			try {
				HttpMessage reply = HttpMessage.read(in);
				if (reply == null) {
					return "the connection was closed after " + replies.size() + " replies";
				}
				replies.add(reply);
			}
			catch (SocketTimeoutException ex) {
				return "no reply within " + this.patience.toMillis() + " ms after " + replies.size();
			}
		}
		return null;
	}

	/** A client that hangs up at once, as after the end of a stream, saw no more. */
	private static int suspicion(Script script) {
		if (script.endsWithTheServer()) {
			return SUSPICION;
		}
		if (script.closedByServer()) {
			return LONG_SUSPICION;
		}
		return (script.silence() < SUSPICION) ? 0 : (int) Math.min(script.silence(), LONG_SUSPICION);
	}

	private static void more(InputStream in, List<HttpMessage> replies) {
		try {
			HttpMessage reply = HttpMessage.read(in);
			if (reply != null) {
				replies.add(reply);
			}
		}
		catch (IOException expected) {
			// nothing more, as with Go
		}
	}

}
