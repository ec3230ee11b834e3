package io.microspring.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages that come whole, and may be read at once, are the same as those that come byte
 * by byte, which Netty's decoder puts together.
 */
class HttpScannerTest {

	private static final int CONNECTIONS = 300;

	private static final String[] NAMES = { "Content-Type", "content-type", "CONTENT-TYPE", "Micro-Id", "micro-id",
			"Micro-Service", "Micro-Endpoint", "Timeout", "Host", "host", "HOST", "X-Any", "x-aNY", "Accept",
			"Connection", "Under_score", "Te", "Keep-Alive" };

	private static final String[] VALUES = { "", "1", "a b", " padded ", "\tx\t", "application/protobuf", "Say.Hello",
			"4999123456", "J\u00c3\u00bcrgen", "v".repeat(150), "a:b", "\"q\"", "x\ty" };

	private static final String[] ODD_LINES = { "No colon", "Name : 1", " folded", "\tfolded", ": empty name",
			"Bad\u0001Name: 1", "Value: a\u0001b", "Value: a\u007fb", "Transfer-Encoding: chunked",
			"Transfer-Encoding: gzip", "Expect: 100-continue", "Content-Length: +3", "Content-Length: 03",
			"Content-Length: 3, 3", "Content-Length: -1", "Content-Length: 99999999999", "Content-Length:",
			"Content-Length: x", "Upgrade: other", "Trailer: X", "Long: " + "x".repeat(5000) };

	private static final String[] ODD_STARTS = { "GET / HTTP/1.1", "POST  / HTTP/1.1", "post / HTTP/1.1",
			"POST / HTTP/1.0", "POST / HTTP/2.0", "POST / http/1.1", "POST http://a/b HTTP/1.1", "POST /a\tb HTTP/1.1",
			"POST /\u00e9 HTTP/1.1", "POST /", "POST", "\r\nPOST / HTTP/1.1", "POST * HTTP/1.1", "POST / HTTP/1.1 ",
			"POST /a b HTTP/1.1" };

	private static final String[] ODD_STATUSES = { "HTTP/1.1 200 Fine", "HTTP/1.1 500 Internal Server Error",
			"HTTP/1.1 204 No Content", "HTTP/1.0 200 OK", "HTTP/1.1 200", "HTTP/1.1 100 Continue", "http/1.1 200 OK",
			"HTTP/1.1 abc OK", "\r\nHTTP/1.1 200 OK" };

	private final Random random = new Random(42);

	@Test
	void requestsThatComeWholeAreReadAsThoseThatComeByTheByte() throws Exception {
		try (RecordingServer server = new RecordingServer(
				RecordingServer.options().withMaxMessageSize(2000).withMaxHeaderSize(4000))) {
			for (int i = 0; i < CONNECTIONS; i++) {
				String sent = messages("POST / HTTP/1.1", ODD_STARTS);
				List<String> whole = serve(server, sent, false);
				assertThat(serve(server, sent, true)).as(sent).isEqualTo(whole);
			}
		}
	}

	private static List<String> serve(RecordingServer server, String sent, boolean byTheByte) throws Exception {
		List<String> seen = new ArrayList<>();
		String answers;
		try (RawConnection client = server.dial()) {
			if (byTheByte) {
				client.writeByteByByte(sent);
			}
			else {
				client.write(sent);
			}
			answers = client.finishOutput().readAll();
		}
		RecordingServer.take(server.closed);
		for (Message next = server.received.poll(); next != null; next = server.received.poll()) {
			seen.add(text(next));
		}
		seen.add(answers);
		return seen;
	}

	@Test
	void responsesThatComeWholeAreReadAsThoseThatComeByTheByte() throws Exception {
		HttpOptions options = HttpOptions.defaults().withMaxMessageSize(2000).withMaxHeaderSize(4000);
		try (Transport transport = Transport.http(options);
				ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			for (int i = 0; i < CONNECTIONS; i++) {
				String sent = messages("HTTP/1.1 200 OK", ODD_STATUSES);
				List<String> whole = call(transport, port, sent, false);
				assertThat(call(transport, port, sent, true)).as(sent).isEqualTo(whole);
			}
		}
	}

	private static List<String> call(Transport transport, ServerSocket port, String sent, boolean byTheByte)
			throws Exception {
		BlockingQueue<String> seen = new LinkedBlockingQueue<>();
		Socket socket = transport.dial("127.0.0.1:" + port.getLocalPort(), Duration.ofSeconds(10)).get();
		try (RawConnection peer = new RawConnection(port.accept())) {
			socket.receive(new Receiver() {

				@Override
				public void onMessage(Message message) {
					seen.add(text(message));
				}

				@Override
				public void onClosed(@Nullable Throwable cause) {
					seen.add("closed " + ((cause != null) ? cause.getMessage() : ""));
				}

			});
			try {
				if (byTheByte) {
					peer.writeByteByByte(sent);
				}
				else {
					peer.write(sent);
				}
				peer.finishOutput();
			}
			catch (IOException ignored) {
				// the client has hung up on what it does not understand
			}
			List<String> all = new ArrayList<>();
			for (String next = ""; !next.startsWith("closed"); all.add(next)) {
				next = RecordingServer.take(seen);
			}
			return all;
		}
	}

	private static String text(Message message) {
		return message.headers().toMap() + "|" + new String(message.body());
	}

	private String messages(String ordinary, String[] odd) {
		StringBuilder all = new StringBuilder();
		boolean strange = this.random.nextInt(3) == 0;
		for (int i = this.random.nextInt(5); i >= 0; i--) {
			boolean here = strange && this.random.nextBoolean();
			String body = "b".repeat(this.random.nextInt(8) == 0 ? 2100 : this.random.nextInt(40));
			all.append((here && this.random.nextBoolean()) ? pick(odd) : ordinary.replace("/ ", path())).append("\r\n");
			int before = this.random.nextInt(4);
			lines(all, before, here);
			if (!here || this.random.nextInt(4) > 0) {
				all.append(this.random.nextBoolean() ? "Content-Length: " : "content-length:")
					.append(body.length())
					.append("\r\n");
			}
			lines(all, this.random.nextInt(this.random.nextInt(10) == 0 ? 60 : 6), here);
			all.append("\r\n").append(body);
		}
		return all.toString();
	}

	private String path() {
		return this.random.nextBoolean() ? "/ " : "/Say/Hello" + this.random.nextInt(3) + "?a=b ";
	}

	private void lines(StringBuilder all, int count, boolean strange) {
		for (int i = 0; i < count; i++) {
			if (strange && this.random.nextInt(4) == 0) {
				all.append(pick(ODD_LINES));
			}
			else {
				all.append(pick(NAMES)).append(this.random.nextBoolean() ? ": " : ":").append(pick(VALUES));
			}
			all.append((strange && this.random.nextInt(10) == 0) ? "\n" : "\r\n");
		}
	}

	private String pick(String[] from) {
		return from[this.random.nextInt(from.length)];
	}

}
