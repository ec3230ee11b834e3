package io.microspring.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.RawConnection.Raw;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Bad input to the accepting end: what the peer sees, and what goes on working.
 */
class HttpLimitsTest {

	private static final int BODY = 1000;

	private static final int HEAD = 2000;

	private RecordingServer server = new RecordingServer(
			RecordingServer.options().withMaxMessageSize(BODY).withMaxHeaderSize(HEAD));

	@AfterEach
	void close() {
		this.server.close();
	}

	private void use(HttpOptions options) {
		this.server.close();
		this.server = new RecordingServer(options);
	}

	// body

	@Test
	void bodyOverTheLimitIsRefusedAndTheNextRequestWorks() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write(post("/large", BODY + 1) + post("/fits", BODY));
			Raw refusal = client.read();
			assertThat(refusal.start()).isEqualTo("HTTP/1.1 413 Request Entity Too Large");
			assertThat(refusal.body()).contains("\"code\":413", "1001 bytes", "limit is 1000");
			assertThat(client.read().body()).hasSize(BODY);
			assertThat(this.server.takeRequest().header(":path")).isEqualTo("/fits");
		}
	}

	@Test
	void chunkedBodyOverTheLimitIsRefusedAndTheNextRequestWorks() throws Exception {
		try (RawConnection client = this.server.dial()) {
			String chunk = "1f4\r\n" + "x".repeat(500) + "\r\n";
			client.write("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(10) + "0\r\n\r\n");
			assertThat(client.read().start()).contains("413");
			client.write(post("/fits", 1));
			assertThat(client.read().body()).isEqualTo("x");
		}
	}

	@Test
	void bodyFarOverTheLimitIsRefusedAtOnceAndTheConnectionClosed() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\nonly the beginning");
			assertThat(client.read().start()).contains("413");
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void endlessChunkedBodyIsRefusedAndTheConnectionClosed() throws Exception {
		try (RawConnection client = this.server.dial()) {
			String chunk = "1f4\r\n" + "x".repeat(500) + "\r\n";
			client.write("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(20));
			assertThat(client.read().start()).contains("413");
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void announcedBodyOverTheLimitIsNotAskedFor() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
			assertThat(client.read().start()).contains("413");
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void bodyOverTheLimitIsNotSent() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write(post("/", 1));
			client.read();
			Socket socket = RecordingServer.take(this.server.accepted);
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> socket.send(new Message(Metadata.empty(), new byte[BODY + 1])))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413))
				.withMessageContaining("1001");
			client.write(post("/", 2));
			assertThat(client.read().body()).isEqualTo("xx");
		}
	}

	// headers

	@Test
	void headersOverTheLimitAreRefusedAndTheConnectionClosed() throws IOException {
		assertRefused("POST / HTTP/1.1\r\nX-Large: " + "x".repeat(HEAD) + "\r\n\r\n", 431);
		assertRefused("POST / HTTP/1.1\r\n" + "X-Many: y\r\n".repeat(HEAD / 8) + "\r\n", 431);
	}

	@Test
	void moreHeadersThanAThousandAreRefusedHoweverShort() throws IOException {
		use(RecordingServer.options());
		StringBuilder headers = new StringBuilder();
		for (int i = 0; i <= 1000; i++) {
			headers.append('x').append(i).append(":\r\n");
		}
		assertRefused("POST / HTTP/1.1\r\n" + headers + "\r\n", 431);
	}

	@Test
	void pathOverTheLimitIsRefusedAndTheConnectionClosed() throws IOException {
		assertRefused("POST /" + "x".repeat(HEAD) + " HTTP/1.1\r\n\r\n", 431);
	}

	@Test
	void headersWithinTheLimitAreAccepted() throws Exception {
		try (RawConnection client = this.server.dial()) {
			client.write("POST / HTTP/1.1\r\nX-Large: " + "x".repeat(HEAD - 100) + "\r\nContent-Length: 1\r\n\r\nx");
			assertThat(client.read().body()).isEqualTo("x");
			assertThat(this.server.takeRequest().header("X-Large")).hasSize(HEAD - 100);
		}
	}

	// malformed

	@ParameterizedTest
	@ValueSource(strings = { "what is this\r\n\r\n", "GET /\r\n\r\n", "POST / HTTQ/1.1\r\n\r\n",
			"POST / HTTP/1.1\r\nno colon\r\n\r\n", "POST / HTTP/1.1\r\nbad name: x\r\n\r\n",
			"POST / HTTP/1.1\r\nX: a\u0000b\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n",
			"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
			"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
			"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
			"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
			"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" })
	void malformedRequestIsAnsweredAndTheConnectionClosed(String request) throws IOException {
		assertRefused(request, 400);
	}

	@Test
	void rejectionComesAfterTheAnswersThatAreDue() throws Exception {
		this.server.answering((socket, request) -> {
		});
		try (RawConnection client = this.server.dial()) {
			client.write(post("/", 1) + "no HTTP at all\r\n\r\n");
			this.server.takeRequest();
			Socket socket = RecordingServer.take(this.server.accepted);
			socket.send(new Message(Metadata.empty(), "the answer".getBytes(StandardCharsets.UTF_8)));
			assertThat(client.read().body()).isEqualTo("the answer");
			assertThat(client.read().start()).isEqualTo("HTTP/1.1 400 Bad Request");
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	// time

	@ParameterizedTest
	@ValueSource(strings = { "P", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: a\r\nX-Half",
			"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf",
			"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab" })
	void requestThatDoesNotGoOnIsAnsweredAndTheConnectionClosed(String beginning) throws IOException {
		use(RecordingServer.impatient());
		assertRefused(beginning, 408);
	}

	@Test
	void secondRequestThatDoesNotGoOnIsNoticedToo() throws IOException {
		use(RecordingServer.impatient());
		try (RawConnection client = this.server.dial()) {
			client.write(post("/", 1) + "POST / HTTP/1.1\r\nContent-");
			assertThat(client.read().body()).isEqualTo("x");
			assertThat(client.read().start()).isEqualTo("HTTP/1.1 408 Request Timeout");
		}
	}

	@Test
	void emptyLineBehindARequestBeginsNothing() throws Exception {
		use(RecordingServer.options().withReadTimeout(Duration.ofMillis(50)).withIdleTimeout(Duration.ofMillis(1500)));
		try (RawConnection client = this.server.dial()) {
			client.write(post("/", 1) + "\r\n");
			assertThat(client.read().body()).isEqualTo("x");
			assertThat(client.isAtEnd()).as("closed for idleness, without a word").isTrue();
		}
	}

	@Test
	void connectionThatNeverSaysAnythingIsClosed() throws IOException {
		use(RecordingServer.options().withIdleTimeout(Duration.ofMillis(800)));
		try (RawConnection client = this.server.dial()) {
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void idleConnectionIsClosed() throws Exception {
		use(RecordingServer.options().withIdleTimeout(Duration.ofMillis(800)));
		try (RawConnection client = this.server.dial()) {
			client.write(post("/", 1));
			client.read();
			assertThat(client.isAtEnd()).isTrue();
			RecordingServer.take(this.server.closed);
		}
	}

	@Test
	void connectionWithARequestUnderWayIsNotIdle() throws Exception {
		use(RecordingServer.options().withIdleTimeout(Duration.ofMillis(800)));
		this.server.answering((socket, request) -> {
		});
		try (RawConnection client = this.server.dial(); RawConnection idle = this.server.dial()) {
			client.write(post("/", 1));
			this.server.takeRequest();
			Socket socket = RecordingServer.take(this.server.accepted);
			this.server.answering((other, request) -> other.send(Message.of(Metadata.empty())));
			// the other connection has been idle for longer than this one is allowed to
			idle.write(post("/", 1));
			idle.read();
			assertThat(idle.isAtEnd()).isTrue();
			assertThat(this.server.closed).hasSizeLessThanOrEqualTo(1).doesNotContain(socket);
			socket.send(new Message(Metadata.empty(), "late".getBytes(StandardCharsets.UTF_8)));
			assertThat(client.read().body()).isEqualTo("late");
		}
	}

	@Test
	void timeThatWeDoNotReadIsNotThePeers() throws Exception {
		use(RecordingServer.options().withReadTimeout(Duration.ofSeconds(1)));
		this.server.answering((socket, request) -> socket.reading(false));
		try (RawConnection client = this.server.dial(); RawConnection slow = this.server.dial()) {
			client.write(post("/", 1) + "POST / HTTP/1.1\r\nContent-Length: 1");
			this.server.takeRequest();
			Socket held = RecordingServer.take(this.server.accepted);
			this.server.answering((socket, request) -> socket.send(new Message(Metadata.empty(), request.body())));
			slow.write("POST / HTTP/1.1\r\nContent-Length: 1");
			assertThat(slow.read().start()).contains("408");
			held.reading(true);
			held.send(Message.of(Metadata.empty()));
			assertThat(client.read().body()).isEmpty();
			client.write("\r\n\r\nx");
			assertThat(client.read().body()).isEqualTo("x");
		}
	}

	// pace

	@Test
	void receiverThatStopsReadingGetsNothingMoreUntilItGoesOn() throws Exception {
		this.server.answering((socket, request) -> {
			if (request.header(":path").equals("/stop")) {
				socket.reading(false);
			}
			socket.send(new Message(Metadata.empty(), request.body()));
		});
		try (RawConnection client = this.server.dial()) {
			client.write(post("/1", 1) + post("/stop", 2) + post("/3", 3) + post("/4", 4));
			assertThat(client.read().body()).hasSize(1);
			assertThat(client.read().body()).hasSize(2);
			assertThat(this.server.received).hasSize(2);
			RecordingServer.take(this.server.accepted).reading(true);
			assertThat(client.read().body()).hasSize(3);
			assertThat(client.read().body()).hasSize(4);
		}
	}

	@Test
	void peerThatDoesNotTakeItsAnswersIsNotReadAndInTheEndCutOff() throws Exception {
		use(RecordingServer.options().withIdleTimeout(Duration.ofSeconds(1)));
		Message answer = new Message(Metadata.empty(), new byte[1024 * 1024]);
		this.server.answering((socket, request) -> socket.send(answer));
		try (RawConnection client = this.server.dial()) {
			for (int i = 0; i < 100; i++) {
				client.write(post("/", 1000));
			}
			RecordingServer.take(this.server.closed);
			assertThat(this.server.received.size()).isLessThan(50);
		}
	}

	private void assertRefused(String request, int code) throws IOException {
		try (RawConnection client = this.server.dial()) {
			client.write(request);
			Raw refusal = client.read();
			assertThat(refusal.start()).isEqualTo("HTTP/1.1 " + code + " " + MicroException.phrase(code));
			assertThat(refusal.headers()).contains("Content-Type: application/json", "Connection: close");
			MicroException error = MicroException.parse(refusal.body());
			assertThat(error.id()).isEqualTo("go.micro.transport");
			assertThat(error.code()).isEqualTo(code);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(this.server.received).isEmpty();
	}

	private static String post(String path, int size) {
		return "POST " + path + " HTTP/1.1\r\nContent-Length: " + size + "\r\n\r\n" + "x".repeat(size);
	}

}
