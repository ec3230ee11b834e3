package io.microspring.transport;

import java.util.Set;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.RawConnection.Raw;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which requests open a WebSocket, and what the others are told.
 */
class WebSocketHandshakeTest {

	private RecordingServer server = new RecordingServer(RecordingServer.options()).answering(WebSocketTest::echo);

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void handshakeIsAnsweredAsTheStandardSays() throws Exception {
		try (RawConnection client = this.server.dial()) {
			Raw answer = client.write(WebSocketTest.HANDSHAKE).read();
			assertThat(answer.start()).isEqualTo("HTTP/1.1 101 Switching Protocols");
			assertThat(answer.headers()).containsExactly("Upgrade: websocket", "Connection: Upgrade",
					"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "X-Mine: 1");
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					426 Upgrade Required | Sec-WebSocket-Version: 8~Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==~
					426 Upgrade Required | Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==~
					400 Bad Request      | Sec-WebSocket-Version: 13~
					400 Bad Request      | Sec-WebSocket-Version: 13~Sec-WebSocket-Key: short~
					400 Bad Request      | Sec-WebSocket-Version: 13~Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==~Content-Length: 2~
					403 Forbidden        | Sec-WebSocket-Version: 13~Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==~Origin: http://evil.test~
					403 Forbidden        | Sec-WebSocket-Version: 13~Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==~Origin: null~
					""")
	void handshakeThatCannotBeIsRefusedInHttp(String status, String headers) throws Exception {
		try (RawConnection client = this.server.dial()) {
			Raw answer = client.write(WebSocketTest.UPGRADE + headers.replace("~", "\r\n") + "\r\n").read();
			assertThat(answer.start()).isEqualTo("HTTP/1.1 " + status);
			assertThat(answer.body()).contains("\"id\":\"go.micro.transport\"");
			if (status.startsWith("426")) {
				assertThat(answer.headers()).contains("Sec-WebSocket-Version: 13", "Upgrade: websocket");
			}
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(this.server.received).isEmpty();
	}

	@Test
	void pagesOfTheSameHostAndOfListedOnesMayCall() throws Exception {
		HttpOptions options = RecordingServer.options().withWebSocketOrigins(Set.of("https://shop.test"));
		try (RecordingServer listed = new RecordingServer(options).answering(WebSocketTest::echo)) {
			for (String origin : Set.of("http://localhost:1", "https://LOCALHOST:1", "https://shop.test")) {
				try (RawConnection client = listed.dial()) {
					Raw answer = client
						.write(WebSocketTest.UPGRADE + WebSocketTest.KEY + "Origin: " + origin + "\r\n\r\n")
						.read();
					assertThat(answer.start()).as(origin).isEqualTo("HTTP/1.1 101 Switching Protocols");
				}
			}
			for (String origin : Set.of("https://shop.test.evil.test", "https://evil.test", "http://localhost:2")) {
				try (RawConnection client = listed.dial()) {
					Raw answer = client
						.write(WebSocketTest.UPGRADE + WebSocketTest.KEY + "Origin: " + origin + "\r\n\r\n")
						.read();
					assertThat(answer.start()).as(origin).isEqualTo("HTTP/1.1 403 Forbidden");
				}
			}
		}
		try (RecordingServer any = new RecordingServer(options.withWebSocketOrigins(Set.of("*")))
			.answering(WebSocketTest::echo); RawConnection client = any.dial()) {
			Raw answer = client.write(WebSocketTest.UPGRADE + WebSocketTest.KEY + "Origin: http://evil.test\r\n\r\n")
				.read();
			assertThat(answer.start()).isEqualTo("HTTP/1.1 101 Switching Protocols");
		}
	}

	@Test
	void connectionThatServedRequestsMayBecomeAWebSocket() throws Exception {
		this.server.answering((socket, message) -> {
			if (message.header(":path").equals("/plain")) {
				socket.send(new Message(Metadata.empty(), "plain".getBytes()));
			}
			else {
				WebSocketTest.echo(socket, message);
			}
		});
		try (RawConnection client = this.server.dial()) {
			assertThat(client.write("POST /plain HTTP/1.1\r\nHost: a\r\n\r\n").read().body()).isEqualTo("plain");
			assertThat(client.write(WebSocketTest.HANDSHAKE).read().start()).contains("101");
			assertThat(this.server.accepted).hasSize(2);
			assertThat(this.server.causes.take()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: something\r\n\r\n",
			"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
			"POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n" })
	void whatIsNoHandshakeIsAPlainRequest(String request) throws Exception {
		this.server.answering((socket, message) -> socket.send(new Message(Metadata.empty(), "plain".getBytes())));
		try (RawConnection client = this.server.dial()) {
			assertThat(client.write(request).read().body()).isEqualTo("plain");
			assertThat(this.server.takeRequest().header(Headers.CALL_PROTOCOL)).isNull();
		}
	}

}
