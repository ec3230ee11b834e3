package io.microspring.transport;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.RawHttp2.Frame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the accepting end makes of the frames of HTTP/2, and which frames it writes.
 */
class Http2ServerSideTest {

	private static final int MAX = 1000;

	private static final int INITIAL_WINDOW = 4;

	private final RecordingServer server = new RecordingServer(RecordingServer.options().withMaxMessageSize(MAX));

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void requestIsAMessageAndItsAnswerAnother() throws Exception {
		this.server.answering((socket, request) -> socket.send(new Message(
				Metadata.of(":status", "404", "Micro-Error", "none", "Connection", "keep-alive"), request.body())));
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.request(1, false, "PUT", "/a/b?c=d", "micro-id", "7", "x-many", "first", "x-many", "second");
			client.data(1, false, bytes("h")).data(1, true, bytes("i"));
			Map<String, String> head = client.nextHeaders();
			assertThat(head).containsOnlyKeys(":status", "content-length", "micro-error")
				.containsEntry(":status", "404")
				.containsEntry("content-length", "2")
				.containsEntry("micro-error", "none");
			Frame body = client.next();
			assertThat(body.text()).isEqualTo("hi");
			assertThat(body.ends()).isTrue();
		}
		Message request = this.server.takeRequest();
		assertThat(request.headers().toMap()).containsOnlyKeys("Micro-Id", "X-Many", ":method", ":path")
			.containsEntry("Micro-Id", "7")
			.containsEntry("X-Many", "first")
			.containsEntry(":method", "PUT")
			.containsEntry(":path", "/a/b?c=d");
	}

	@Test
	void streamsAreAnsweredAsTheyComeToAnEnd() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.request(1, false, "POST", "/slow").request(3, false, "POST", "/fast");
			client.data(3, true, bytes("fast"));
			assertThat(client.next().stream()).isEqualTo(3);
			assertThat(client.next().text()).isEqualTo("fast");
			client.data(1, true, bytes("slow"));
			assertThat(client.next().stream()).isEqualTo(1);
			assertThat(client.next().text()).isEqualTo("slow");
		}
	}

	@Test
	void requestOverTheLimitIsRefusedOnItsStreamOnly() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.request(1, false, "POST", "/").data(1, false, new byte[MAX]).data(1, false, new byte[1]);
			assertThat(client.nextHeaders()).containsEntry(":status", "413");
			assertThat(client.next().text()).contains("the limit is " + MAX);
			Frame reset = client.next();
			assertThat(reset.type()).isEqualTo(RawHttp2.RST_STREAM);
			assertThat(reset.code()).isZero();
			client.request(3, false, "POST", "/").data(3, true, new byte[MAX]);
			assertThat(client.nextHeaders()).containsEntry(":status", "200");
		}
	}

	@Test
	void headIsAnsweredWithoutABody() throws Exception {
		this.server.answering((socket, request) -> socket.send(new Message(Metadata.empty(), bytes("body"))));
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.request(1, true, "HEAD", "/");
			Frame head = client.next();
			assertThat(head.ends()).isTrue();
			assertThat(client.headers(head)).containsEntry("content-length", "4");
		}
	}

	@Test
	void messagesOfACallMayBeCutAnywhere() throws Exception {
		this.server.answering(Http2ServerSideTest::echo);
		ByteArrayOutputStream sent = new ByteArrayOutputStream();
		sent.writeBytes(RawHttp2.message("first"));
		sent.writeBytes(RawHttp2.message(""));
		sent.writeBytes(RawHttp2.message("x".repeat(300)));
		byte[] all = sent.toByteArray();
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1);
			for (byte one : all) {
				client.data(1, false, new byte[] { one });
			}
			client.data(1, true, new byte[0]);
			for (int stream : new int[] { 1, 3 }) {
				if (stream == 3) {
					client.call(3).data(3, true, all);
				}
				Frame opening = client.next();
				assertThat(opening.stream()).isEqualTo(stream);
				assertThat(client.headers(opening)).containsEntry(":status", "200")
					.containsEntry("content-type", "application/grpc");
				ByteArrayOutputStream received = new ByteArrayOutputStream();
				Frame next = client.next();
				while (next.type() == RawHttp2.DATA) {
					received.writeBytes(next.payload());
					next = client.next();
				}
				assertThat(received.toByteArray()).isEqualTo(all);
				assertThat(next.ends()).isTrue();
				assertThat(client.headers(next)).containsEntry("grpc-status", "0");
			}
		}
	}

	@Test
	void callOpensWithItsHeaders() throws Exception {
		this.server.answering(Http2ServerSideTest::echo);
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1, "x-user-bin", "AAEC", "x-user-bin", "AQ==", "x-text", "a", "x-text", "Jürgen",
					"grpc-timeout", "1S");
			Message opening = this.server.takeRequest();
			assertThat(opening.headers().toMap()).containsEntry(Headers.CALL_PROTOCOL, "grpc")
				.containsEntry(Headers.HTTP_METHOD, "POST")
				.containsEntry(Headers.PATH, "/test.Echo/Say")
				.containsEntry("grpc-timeout", "1S")
				.containsEntry("x-text", "a, Jürgen")
				.containsEntry("x-user-bin", "AAEC,AQ==");
		}
	}

	@Test
	void compressedMessagesAreDecompressedAndAnsweredSo() throws Exception {
		this.server.answering((socket, message) -> {
			if (message.headers().contains(Headers.CALL_PROTOCOL)) {
				socket.send(Message.of(Metadata.of(Headers.HTTP_STATUS, "200", "grpc-encoding", "gzip")));
			}
			else if (!message.headers().contains(Headers.END)) {
				socket.send(new Message(Metadata.empty(), message.body()));
				socket.send(new Message(Metadata.of(Headers.COMPRESSED, "false"), message.body()));
			}
		});
		byte[] text = bytes("text ".repeat(100));
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1, "grpc-encoding", "gzip").data(1, false, RawHttp2.message(1, Gzip.deflate(text)));
			assertThat(this.server.takeRequest().header(Headers.CALL_PROTOCOL)).isEqualTo("grpc");
			Message message = this.server.takeRequest();
			assertThat(message.header(Headers.COMPRESSED)).isEqualTo("true");
			assertThat(message.body()).isEqualTo(text);
			assertThat(client.nextHeaders()).containsEntry("grpc-encoding", "gzip");
			ByteArrayOutputStream expected = new ByteArrayOutputStream();
			expected.writeBytes(RawHttp2.message(1, Gzip.deflate(text)));
			expected.writeBytes(RawHttp2.message(0, text));
			ByteArrayOutputStream answer = new ByteArrayOutputStream();
			while (answer.size() < expected.size()) {
				answer.writeBytes(client.next(RawHttp2.DATA).payload());
			}
			assertThat(answer.toByteArray()).isEqualTo(expected.toByteArray());
		}
	}

	@Test
	void endAloneIsAnAnswerOfTrailersOnly() throws Exception {
		this.server.answering((socket, message) -> {
			if (message.headers().contains(Headers.CALL_PROTOCOL)) {
				socket.send(Message.of(Metadata.of(Headers.END, "", "grpc-status", "12", "grpc-message", "no")));
			}
		});
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1);
			Frame only = client.next();
			assertThat(only.ends()).isTrue();
			assertThat(client.headers(only)).containsEntry(":status", "200")
				.containsEntry("content-type", "application/grpc")
				.containsEntry("grpc-status", "12")
				.containsEntry("grpc-message", "no");
			// the caller need not go on
			Frame reset = client.next();
			assertThat(reset.type()).isEqualTo(RawHttp2.RST_STREAM);
			assertThat(reset.code()).isZero();
		}
	}

	@Test
	void messagesThatWaitForRoomLeaveTogetherAndWhole() throws Exception {
		this.server.answering((socket, message) -> {
			if (message.headers().contains(Headers.END)) {
				socket.send(Message.of(Metadata.of(Headers.HTTP_STATUS, "200")));
				for (int i = 0; i < 100; i++) {
					socket.send(new Message(Metadata.empty(), bytes("message " + i)));
				}
				socket.send(Message.of(Metadata.of(Headers.END, "", "grpc-status", "0")));
			}
		});
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (int i = 0; i < 100; i++) {
			all.writeBytes(RawHttp2.message("message " + i));
		}
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.settings(INITIAL_WINDOW, 0).call(1).data(1, true, new byte[0]);
			assertThat(client.nextHeaders()).containsEntry(":status", "200");
			client.frame(RawHttp2.WINDOW_UPDATE, 0, 1, RawHttp2.number(7));
			Frame first = client.next();
			assertThat(first.payload()).isEqualTo(Arrays.copyOf(all.toByteArray(), 7));
			client.frame(RawHttp2.WINDOW_UPDATE, 0, 1, RawHttp2.number(60_000));
			Frame rest = client.next();
			assertThat(rest.payload()).isEqualTo(Arrays.copyOfRange(all.toByteArray(), 7, all.size()));
			assertThat(rest.ends()).isFalse();
			Frame trailers = client.next();
			assertThat(trailers.ends()).isTrue();
			assertThat(client.headers(trailers)).containsEntry("grpc-status", "0");
		}
	}

	@Test
	void pingIsAnswered() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.frame(RawHttp2.PING, 0, 0, bytes("12345678"));
			Frame answer = client.next(RawHttp2.PING);
			assertThat(answer.flags()).isEqualTo(RawHttp2.ACK);
			assertThat(answer.text()).isEqualTo("12345678");
		}
	}

	@Test
	void callThatIsNotReadHoldsBackItsOwnCallerOnly() throws Exception {
		this.server.answering((socket, message) -> {
			if ("1".equals(message.header("x-held"))) {
				socket.reading(false);
			}
			echo(socket, message);
		});
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1, "x-held", "1");
			Socket held = RecordingServer.take(this.server.accepted);
			assertThat(client.nextHeaders()).containsEntry(":status", "200");
			byte[] message = RawHttp2.message("x".repeat(MAX));
			for (int i = 0; i < 60; i++) {
				client.data(1, false, message);
			}
			client.frame(RawHttp2.PING, 0, 0, bytes("anything"));
			int credit = 0;
			Frame frame = client.read();
			while (frame.type() != RawHttp2.PING) {
				credit += (frame.type() == RawHttp2.WINDOW_UPDATE && frame.stream() == 1) ? frame.number(0) : 0;
				frame = client.read();
			}
			assertThat(credit).as("more that may be sent on the stream that is not read").isZero();
			client.call(3).data(3, true, RawHttp2.message("through"));
			assertThat(client.next().stream()).isEqualTo(3);
			assertThat(client.next().text()).endsWith("through");
			held.reading(true);
			for (int i = 0; i < 3; i++) {
				assertThat(client.next(RawHttp2.DATA).stream()).isEqualTo(1);
			}
		}
	}

	@Test
	void firstRequestOfHttp1MayAskForHttp2AndIsAnsweredThere() throws Exception {
		try (RawHttp2 client = RawHttp2.silent(this.server.address())) {
			String settings = Base64.getUrlEncoder()
				.withoutPadding()
				.encodeToString(new byte[] { 0, 3, 0, 0, 0, 100, 0, 4, 0, 1, 0, 0 });
			client.write(bytes("PUT /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
					+ "HTTP2-Settings: " + settings + "\r\nMicro-Id: 7\r\nContent-Length: 5\r\n\r\nfirst"));
			assertThat(client.readHttp1Head()).startsWith("HTTP/1.1 101 Switching Protocols").contains("h2c");
			client.write(RawHttp2.PREFACE).settings();
			assertThat(client.nextHeaders()).containsEntry(":status", "200");
			Frame body = client.next();
			assertThat(body.stream()).isEqualTo(1);
			assertThat(body.text()).isEqualTo("first");
			client.request(3, false, "POST", "/").data(3, true, bytes("second"));
			assertThat(client.nextHeaders()).containsEntry(":status", "200");
			assertThat(client.next().text()).isEqualTo("second");
		}
		assertThat(this.server.takeRequest().headers().toMap()).containsOnlyKeys("Micro-Id", "Content-Length",
				":method", ":path");
	}

	@ParameterizedTest
	@ValueSource(strings = { "HTTP2-Settings: AAMAAABk", "HTTP2-Settings: ?", "HTTP2-Settings: AAT_____",
			"HTTP2-Settings: AAQAAQAA\r\nHTTP2-Settings: AAQAAQAA", "X: y" })
	void whoAsksWronglyIsAnsweredOverHttp1(String header) throws Exception {
		try (RawConnection client = this.server.dial()) {
			boolean right = header.equals("HTTP2-Settings: AAMAAABk");
			client.write("POST / HTTP/1.1\r\nConnection: " + (right ? "keep-alive" : "Upgrade, HTTP2-Settings")
					+ "\r\nUpgrade: h2c\r\n" + header + "\r\nContent-Length: 2\r\n\r\nhi");
			assertThat(client.read().body()).isEqualTo("hi");
		}
	}

	@Test
	void refusedRequestUpgradesNoneThatFollows() throws Exception {
		try (RecordingServer small = new RecordingServer(RecordingServer.options().withMaxMessageSize(1000));
				RawConnection client = small.dial()) {
			client.write("POST / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
					+ "HTTP2-Settings: AAMAAABk\r\nContent-Length: 1001\r\n\r\n" + "x".repeat(1001));
			assertThat(client.read().start()).startsWith("HTTP/1.1 413");
			client.write("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
			assertThat(client.read().body()).isEqualTo("hi");
		}
	}

	@Test
	void whoGoesAwayGetsItsAnswersFirst() throws Exception {
		this.server.answering((socket, request) -> {
		});
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.request(1, true, "POST", "/").finishOutput();
			Socket socket = RecordingServer.take(this.server.accepted);
			this.server.takeRequest();
			socket.send(new Message(Metadata.empty(), bytes("there you are")));
			assertThat(client.nextHeaders()).containsEntry(":status", "200");
			assertThat(client.next().text()).isEqualTo("there you are");
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	static void echo(Socket socket, Message message) {
		if (message.headers().contains(Headers.CALL_PROTOCOL)) {
			socket.send(Message.of(Metadata.of(Headers.HTTP_STATUS, "200")));
		}
		else if (message.headers().contains(Headers.END)) {
			socket.send(Message.of(Metadata.of(Headers.END, "", "grpc-status", "0")));
		}
		else {
			socket.send(new Message(Metadata.empty(), message.body()));
		}
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
