package io.microspring.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.RawConnection.Raw;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the accepting end makes of bytes, and which bytes it writes.
 */
class HttpServerSideTest {

	private final RecordingServer server = new RecordingServer(RecordingServer.options());

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void requestBecomesAMessage() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write("""
					PUT /a/b?c=d HTTP/1.1\r
					Host: example:1\r
					lower-case: 1\r
					X-MANY: first\r
					x-many: second\r
					Accents: J\u00c3\u00bcrgen\r
					Content-Length: 2\r
					\r
					hi""");
			Message request = this.server.takeRequest();
			assertThat(request.headers().toMap()).containsOnlyKeys("Lower-Case", "X-Many", "Accents", "Content-Length",
					":method", ":path");
			assertThat(request.headers().toMap()).containsEntry("Lower-Case", "1")
				.containsEntry("X-Many", "first")
				.containsEntry("Accents", "Jürgen")
				.containsEntry("Content-Length", "2")
				.containsEntry(":method", "PUT")
				.containsEntry(":path", "/a/b?c=d");
			assertThat(request.body()).asString().isEqualTo("hi");
		}
	}

	@Test
	void messageBecomesAResponseWithItsLengthAndNothingEchoed() throws Exception {
		this.server.answering((socket, request) -> {
			socket.send(new Message(Metadata.of("micro-id", "7", ":path", "/x", "Content-Length", "99",
					"Transfer-Encoding", "chunked", "Host", "h"), "hi".getBytes(StandardCharsets.UTF_8)));
			socket.send(Message.of(Metadata.of("Micro-Error", "EOS")));
			socket.send(Message.of(Metadata.of(":status", "404")));
		});
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.1\r\nX-Mine: 1\r\n\r\n");
			Raw first = client.read();
			assertThat(first.start()).isEqualTo("HTTP/1.1 200 OK");
			assertThat(first.headers()).containsExactly("Content-Length: 2", "Micro-Id: 7");
			assertThat(first.body()).isEqualTo("hi");
			assertThat(client.read().headers()).containsExactly("Content-Length: 0", "Micro-Error: EOS");
			assertThat(client.read().start()).isEqualTo("HTTP/1.1 404 Not Found");
		}
	}

	@Test
	void lineBreaksInHeadersCannotAddHeaders() throws Exception {
		this.server.answering((socket, request) -> socket.send(Message.of(Metadata.of("Micro-Error",
				"a\r\nSet-Cookie: b\0c\td", "Bad\r\nName", "x", "Bad Name", "x", "Bad:Name", "x", "", "x"))));
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.1\r\n\r\n");
			assertThat(client.read().headers()).containsExactly("Content-Length: 0",
					"Micro-Error: a  Set-Cookie: b c\td");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "HEAD", "CONNECT", "OPTIONS", "Micro" })
	void everyMethodIsAnsweredAlike(String method) throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write(method + " /Say/Hello HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi");
			assertThat(client.read().body()).isEqualTo("hi");
			assertThat(this.server.takeRequest().header(":method")).isEqualTo(method);
			client.write("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nnext");
			assertThat(client.read().body()).isEqualTo("next");
		}
	}

	@Test
	void chunkedRequestIsPutTogether() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n");
			client.write("2\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
			assertThat(client.read().body()).isEqualTo("abcde");
			assertThat(this.server.takeRequest().headers().toMap()).doesNotContainKey("Trailer");
		}
	}

	@Test
	void emptyChunkedRequestOfGoIsAnEmptyBody() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
			client.write("0\r\n\r\n");
			assertThat(client.read().body()).isEmpty();
			assertThat(this.server.takeRequest().body()).isEmpty();
		}
	}

	@Test
	void requestsInOneSegmentAreReadOneByOne() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write("POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\none"
					+ "POST /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
					+ "\r\n\r\nPOST /3 HTTP/1.1\r\nContent-Length: 5\r\n\r\nthree" + "GET /4 HTTP/1.1\r\n\r\n");
			assertThat(client.read().body()).isEqualTo("one");
			assertThat(client.read().body()).isEqualTo("two");
			assertThat(client.read().body()).isEqualTo("three");
			assertThat(client.read().body()).isEmpty();
		}
	}

	@Test
	void requestByteByByteIsRead() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.writeByteByByte("POST /x HTTP/1.1\r\nHost: h\r\nMicro-Id: 1\r\nContent-Length: 3\r\n\r\nabc");
			assertThat(client.read().body()).isEqualTo("abc");
			client.writeByteByByte("PUT /y HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n");
			assertThat(client.read().body()).isEqualTo("de");
			assertThat(this.server.takeRequest().header("Micro-Id")).isEqualTo("1");
		}
	}

	@Test
	void expectedContinueIsSent() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
			assertThat(client.read().start()).isEqualTo("HTTP/1.1 100 Continue");
			client.write("hi");
			assertThat(client.read().body()).isEqualTo("hi");
		}
	}

	@Test
	void http10IsAnsweredAndStaysOpen() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi");
			assertThat(client.read())
				.isEqualTo(new Raw("HTTP/1.1 200 OK", java.util.List.of("Content-Length: 2"), "hi"));
			client.write("POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nagain");
			assertThat(client.read().body()).isEqualTo("again");
		}
	}

	@Test
	void whoWantsToCloseIsHeardAndGetsTheAnswerFirst() throws Exception {
		this.server.answering((socket, request) -> {
			socket.send(new Message(Metadata.empty(), request.body()));
			if ("close".equals(request.header("Connection"))) {
				socket.close();
			}
		});
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
			assertThat(client.read().body()).isEqualTo("hi");
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void halfClosedClientGetsItsAnswer() throws Exception {
		this.server.answering((socket, request) -> {
		});
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi").finishOutput();
			Socket socket = RecordingServer.take(this.server.halfClosed);
			assertThat(socket.isOpen()).isTrue();
			socket.send(new Message(Metadata.empty(), "there you are".getBytes(StandardCharsets.UTF_8)));
			assertThat(client.read().body()).isEqualTo("there you are");
			assertThat(client.isAtEnd()).isTrue();
			RecordingServer.take(this.server.closed);
		}
	}

	@Test
	void clientThatLeavesIsNoticed() throws Exception {
		RawConnection client = this.server.dial();
		client.write("POST / HTTP/1.1\r\n\r\n");
		client.read();
		client.close();
		assertThat(RecordingServer.take(this.server.closed).isOpen()).isFalse();
		assertThat(this.server.halfClosed).isEmpty();
	}

	@Test
	void answerIsNotLostWhenTheServerHangsUpOnUnreadRequests() throws Exception {
		byte[] answer = new byte[1024 * 1024];
		this.server.answering((socket, request) -> {
			socket.send(new Message(Metadata.empty(), answer));
			socket.close();
		});
		try (RawConnection client = this.server.dial()) {
			String request = "POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + "x".repeat(1000);
			client.write(request.repeat(200));
			assertThat(client.read().body()).hasSize(answer.length);
		}
	}

	@Test
	void requestThatBeginsLikeHttp2IsARequest() throws IOException {
		try (RawConnection client = this.server.dial()) {
			client.write("PR").write("INT / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi");
			assertThat(client.read().body()).isEqualTo("hi");
		}
	}

}
