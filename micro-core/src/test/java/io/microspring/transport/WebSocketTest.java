package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.RawConnection.Raw;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A WebSocket is a socket of a single call, seen by the JDK's client and by the byte.
 */
class WebSocketTest {

	static final String KEY = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

	static final String UPGRADE = "GET /Say/Bidi HTTP/1.1\r\nHost: localhost:1\r\nConnection: keep-alive, Upgrade"
			+ "\r\nUpgrade: websocket\r\n";

	static final String HANDSHAKE = UPGRADE + KEY + "\r\n";

	private RecordingServer server = new RecordingServer(RecordingServer.options()).answering(WebSocketTest::echo);

	@AfterEach
	void close() {
		this.server.close();
	}

	static void echo(Socket socket, Message message) {
		if (message.headers().contains(Headers.CALL_PROTOCOL)) {
			socket.send(Message.of(Metadata.of(Headers.HTTP_STATUS, "200", "x-mine", "1")));
		}
		else if (message.headers().contains(Headers.END)) {
			socket.send(Message.of(Metadata.of(Headers.END, "1000")));
		}
		else {
			socket.send(message);
		}
	}

	@Test
	void upgradeOpensACallWithItsPathAndHeaders() throws Exception {
		try (WebSocketClient client = new WebSocketClient(this.server.address(), "/Say/Bidi?a=b",
				Map.of("X-Tenant", "acme", "Timeout", "5000000000"))) {
			Message opening = this.server.takeRequest();
			assertThat(opening.headers().toMap()).containsEntry(":protocol", "websocket")
				.containsEntry(":path", "/Say/Bidi?a=b")
				.containsEntry(":method", "GET")
				.containsEntry("X-Tenant", "acme")
				.containsEntry("Timeout", "5000000000")
				.doesNotContainKeys("Upgrade", "Connection", "Sec-Websocket-Key", "Sec-Websocket-Version");
			assertThat(opening.body()).isEmpty();
		}
	}

	@Test
	void framesAreMessagesBothWays() throws Exception {
		try (WebSocketClient client = WebSocketClient.to(this.server.address())) {
			client.text("{\"name\":\"Jürgen\"}").binary("bytes");
			assertThat(client.hear()).isEqualTo("{\"name\":\"Jürgen\"}");
			assertThat(client.hear()).isEqualTo("binary:bytes");
			this.server.takeRequest();
			assertThat(this.server.takeRequest().header("Content-Type")).isEqualTo("application/json");
			assertThat(this.server.takeRequest().header("Content-Type")).isEqualTo("application/protobuf");
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 125, 126, 127, 65535, 65536, 1_000_000 })
	void messagesOfAnyLengthComeBack(int length) throws Exception {
		String message = "x".repeat(length);
		try (WebSocketClient client = WebSocketClient.to(this.server.address())) {
			assertThat(client.text(message).hear()).isEqualTo(message);
		}
	}

	@Test
	void emptyBinaryFrameIsHalfCloseAndTheCallEndsWith1000() throws Exception {
		try (WebSocketClient client = WebSocketClient.to(this.server.address())) {
			client.text("1").halfClose();
			assertThat(client.hear()).isEqualTo("1");
			assertThat(client.hear()).isEqualTo("closed: 1000");
			assertThat(this.server.takeRequest().header(Headers.CALL_PROTOCOL)).isEqualTo("websocket");
			assertThat(this.server.takeRequest().body()).asString().isEqualTo("1");
			assertThat(this.server.takeRequest().headers().contains(Headers.END)).isTrue();
		}
	}

	@Test
	void callMayGoOnAfterHalfClose() throws Exception {
		this.server.answering((socket, message) -> {
			if (message.headers().contains(Headers.END)) {
				for (int i = 0; i < 3; i++) {
					socket.send(json("" + i));
				}
				socket.send(Message.of(Metadata.of(Headers.END, "1000")));
			}
			else {
				echo(socket, message);
			}
		});
		try (WebSocketClient client = WebSocketClient.to(this.server.address())) {
			client.halfClose();
			assertThat(client.hear()).isEqualTo("0");
			assertThat(client.hear()).isEqualTo("1");
			assertThat(client.hear()).isEqualTo("2");
			assertThat(client.hear()).isEqualTo("closed: 1000");
		}
	}

	@Test
	void errorIsATextFrameAndClose1011() throws Exception {
		this.server.answering((socket, message) -> {
			if (!message.headers().contains(Headers.CALL_PROTOCOL)) {
				socket.send(new Message(Metadata.of(Headers.END, "1011"), "{\"code\":400}".getBytes()));
			}
			else {
				echo(socket, message);
			}
		});
		try (WebSocketClient client = WebSocketClient.to(this.server.address())) {
			assertThat(client.binary("x").hear()).isEqualTo("{\"code\":400}");
			assertThat(client.hear()).isEqualTo("closed: 1011");
		}
	}

	@Test
	void endWithAStatusRefusesTheHandshakeWithIt() throws Exception {
		this.server.answering((socket, message) -> socket
			.send(new Message(Metadata.of(Headers.END, "", Headers.HTTP_STATUS, "404"), "nothing there".getBytes())));
		try (RawConnection client = this.server.dial()) {
			Raw answer = client.write(HANDSHAKE).read();
			assertThat(answer.start()).isEqualTo("HTTP/1.1 404 Not Found");
			assertThat(answer.headers()).contains("Connection: close");
			assertThat(answer.body()).isEqualTo("nothing there");
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void framesRightBehindTheHandshakeAreNotLost() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write(HANDSHAKE + frame(0x81, "early") + frame(0x82, ""));
			assertThat(client.read().start()).contains("101");
			assertThat(client.read(7)).isEqualTo("\u0081\u0005early");
			assertThat(client.read(4)).isEqualTo("\u0088\u0002\u0003\u00e8");
		}
	}

	@Test
	void fragmentsAreOneMessageAndPingsBetweenThemAreAnswered() throws Exception {
		try (RawConnection client = open(this.server)) {
			client.write(frame(0x01, "a") + frame(0x00, "b") + frame(0x89, "ping") + frame(0x80, "c"));
			assertThat(client.read(6)).isEqualTo("\u008a\u0004ping");
			assertThat(client.read(5)).isEqualTo("\u0081\u0003abc");
			client.write("");
			assertThat(client.writeByteByByte(frame(0x81, "slow")).read(6)).isEqualTo("\u0081\u0004slow");
		}
	}

	@ParameterizedTest
	@CsvSource({ "1002, 81:unmasked", "1002, c1:reserved", "1002, 80:nothing begun", "1002, 83:no such opcode",
			"1002, 09:fragmented ping", "1007, 81:\u00ff\u00fe", "1007, 81:\u00c0\u00af",
			"1007, 81:\u00ed\u00a0\u0080" })
	void whatIsNoWebSocketIsClosedWithACode(int code, String input) throws Exception {
		String opcode = input.substring(0, 2);
		String payload = input.substring(3);
		try (RawConnection client = open(this.server)) {
			client.write(payload.equals("unmasked") ? "\u0081\u0001x" : frame(Integer.parseInt(opcode, 16), payload));
			assertThat(closeCode(client)).isEqualTo(code);
			assertThat(this.server.causes.take()).isEmpty();
			assertThat(this.server.causes.take()).isPresent();
		}
	}

	@Test
	void messageAfterHalfCloseBreaksTheProtocol() throws Exception {
		this.server.answering((socket, message) -> {
			if (message.headers().contains(Headers.CALL_PROTOCOL)) {
				echo(socket, message);
			}
		});
		try (RawConnection client = open(this.server)) {
			client.write(frame(0x82, "") + frame(0x81, "late"));
			assertThat(closeCode(client)).isEqualTo(1002);
		}
	}

	@Test
	void messageOverTheLimitIsRefusedAndClosedWith1009() throws Exception {
		HttpOptions options = RecordingServer.options().withMaxMessageSize(200);
		try (RecordingServer small = new RecordingServer(options).answering(WebSocketTest::echo)) {
			for (String input : Set.of("\u0081\u00fe\u0001\u0000\0\0\0\0" + "x".repeat(256),
					frame(0x01, "x".repeat(101)) + frame(0x80, "x".repeat(100)))) {
				try (RawConnection client = open(small)) {
					client.write(input);
					assertThat(RecordingServer.take(small.refused).code()).isEqualTo(413);
					String answer = client.read(4);
					assertThat(client.read(answer.charAt(3))).contains("413");
					RecordingServer.take(small.accepted);
					RecordingServer.take(small.accepted)
						.send(new Message(Metadata.of(Headers.END, "1011"), "too big".getBytes()));
					assertThat(client.read(9)).isEqualTo("\u0081\u0007too big");
					assertThat(closeCode(client)).isEqualTo(1009);
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "\u0081", "\u0081\u0085\u0000\u0000", "\u0081\u0085\u0000\u0000\u0000\u0000abc",
			"\u0001\u0081\u0000\u0000\u0000\u0000a" })
	void messageThatDoesNotComeToItsEndIsGivenUp(String begin) throws Exception {
		try (RecordingServer impatient = new RecordingServer(RecordingServer.impatient())
			.answering(WebSocketTest::echo); RawConnection client = open(impatient)) {
			client.write(begin);
			assertThat(closeCode(client)).isEqualTo(1008);
		}
	}

	@Test
	void silentPeerIsAskedAndThenGivenUp() throws Exception {
		HttpOptions options = RecordingServer.options().withIdleTimeout(Duration.ofMillis(400));
		try (RecordingServer short1 = new RecordingServer(options).answering(WebSocketTest::echo);
				RawConnection client = open(short1)) {
			assertThat(client.read(2)).isEqualTo("\u0089\u0000");
			assertThat(closeCode(client)).isEqualTo(1001);
		}
	}

	@Test
	void peerThatAnswersPingsIsKept() throws Exception {
		HttpOptions options = RecordingServer.options().withIdleTimeout(Duration.ofMillis(600));
		try (RecordingServer brief = new RecordingServer(options).answering(WebSocketTest::echo);
				RawConnection client = open(brief)) {
			for (int i = 0; i < 6; i++) {
				assertThat(client.read(2)).isEqualTo("\u0089\u0000");
				client.write(frame(0x8a, ""));
			}
			assertThat(client.write(frame(0x81, "hi")).read(4)).isEqualTo("\u0081\u0002hi");
		}
	}

	@Test
	void callersCloseEndsTheCall() throws Exception {
		this.server.answering((socket, message) -> {
			if (message.headers().contains(Headers.CALL_PROTOCOL)) {
				echo(socket, message);
			}
		});
		try (WebSocketClient client = WebSocketClient.to(this.server.address())) {
			client.webSocket.sendClose(1000, "").join();
			assertThat(client.hear()).isEqualTo("closed: 1000");
			this.server.takeRequest();
			assertThat(this.server.takeRequest().headers().contains(Headers.END)).isTrue();
			assertThat(this.server.causes.take()).isEmpty();
			assertThat(this.server.causes.take()).isEmpty();
		}
	}

	@Test
	void callerThatGoesAwayOrVanishesCancelsTheCall() throws Exception {
		try (WebSocketClient client = WebSocketClient.to(this.server.address())) {
			client.webSocket.sendClose(1001, "tab closed").join();
			assertThat(this.server.causes.take()).isEmpty();
			assertThat(this.server.causes.take()).get()
				.extracting(Throwable::getMessage)
				.asString()
				.contains("1001: tab closed");
		}
		try (RawConnection client = open(this.server)) {
			client.finishOutput();
			assertThat(this.server.causes.take()).isEmpty();
			assertThat(this.server.causes.take()).get()
				.extracting(Throwable::getMessage)
				.asString()
				.contains("gone without a close");
		}
	}

	@Test
	void closingTheSocketBeforeTheEndSaysGoingAway() throws Exception {
		try (WebSocketClient client = WebSocketClient.to(this.server.address())) {
			this.server.takeRequest();
			this.server.accepted.take();
			Socket socket = this.server.accepted.take();
			socket.close();
			assertThat(client.hear()).isEqualTo("closed: 1001");
			assertThat(socket.isOpen()).isFalse();
		}
	}

	@Test
	void receiverThatDoesNotReadHoldsBackItsPeer() throws Exception {
		this.server.answering((socket, message) -> {
			if (message.headers().contains(Headers.CALL_PROTOCOL)) {
				echo(socket, message);
				socket.reading(false);
			}
		});
		try (RawConnection client = open(this.server)) {
			this.server.takeRequest();
			client.write(frame(0x81, "waits"));
			assertThat(this.server.received.poll(200, java.util.concurrent.TimeUnit.MILLISECONDS)).isNull();
			this.server.accepted.take();
			this.server.accepted.take().reading(true);
			assertThat(this.server.takeRequest().body()).asString().isEqualTo("waits");
		}
	}

	@Test
	void peerThatDoesNotReadMakesTheSocketUnwritable() throws Exception {
		try (RawConnection client = open(this.server)) {
			this.server.accepted.take();
			Socket socket = this.server.accepted.take();
			Message large = json("x".repeat(100_000));
			int sent = 0;
			for (; socket.awaitWritable(Duration.ofMillis(300)); sent++) {
				socket.send(large);
			}
			for (int i = 0; i < sent; i++) {
				assertThat(client.read(10)).startsWith("\u0081\u007f");
				assertThat(client.read(100_000)).hasSize(100_000);
			}
			Awaitility.await().until(socket::isWritable);
		}
	}

	private static Message json(String text) {
		return new Message(Metadata.of("Content-Type", "application/json"), text.getBytes(StandardCharsets.UTF_8));
	}

	static RawConnection open(RecordingServer server) throws Exception {
		RawConnection client = server.dial();
		assertThat(client.write(HANDSHAKE).read().start()).contains("101");
		return client;
	}

	private static int closeCode(RawConnection client) throws Exception {
		String head = client.read(2);
		assertThat(head).startsWith("\u0088");
		String payload = client.read(head.charAt(1));
		client.write(frame(0x88, payload.substring(0, 2)));
		assertThat(client.isAtEnd()).isTrue();
		return payload.charAt(0) << 8 | payload.charAt(1);
	}

	/** A short frame whose mask changes nothing. */
	static String frame(int first, String payload) {
		return (char) first + "" + (char) (0x80 | payload.length()) + "\0\0\0\0" + payload;
	}

}
