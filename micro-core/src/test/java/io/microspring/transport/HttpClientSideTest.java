package io.microspring.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.RawConnection.Raw;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Which bytes the dialling end writes, and what it makes of those that come back.
 */
class HttpClientSideTest {

	private static final Duration WAIT = Duration.ofSeconds(10);

	private Transport transport = Transport.http();

	private ServerSocket server;

	private String address;

	private Socket socket;

	private RawConnection peer;

	private Events events;

	@BeforeEach
	void connect() throws Exception {
		this.server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
		this.address = "127.0.0.1:" + this.server.getLocalPort();
		redial(HttpOptions.defaults());
	}

	private void redial(HttpOptions options) throws Exception {
		this.transport.close();
		this.transport = Transport.http(options);
		this.socket = this.transport.dial(this.address, WAIT).get(10, TimeUnit.SECONDS);
		this.peer = new RawConnection(this.server.accept());
		this.events = new Events();
		this.socket.receive(this.events);
	}

	@AfterEach
	void close() throws IOException {
		this.transport.close();
		this.peer.close();
		this.server.close();
	}

	// writing

	@Test
	void messageBecomesAPost() throws IOException {
		this.socket.send(new Message(Metadata.of("Micro-Service", "greeter", "micro-id", "1", "Host", "other",
				"Content-Length", "9", "Expect", "100-continue"), "hi".getBytes(StandardCharsets.UTF_8)));
		Raw request = this.peer.read();
		assertThat(request.start()).isEqualTo("POST / HTTP/1.1");
		assertThat(request.headers()).containsExactly("Host: " + this.address, "User-Agent: micro-spring-boot",
				"Content-Length: 2", "Micro-Service: greeter", "Micro-Id: 1");
		assertThat(request.body()).isEqualTo("hi");
	}

	@Test
	void methodPathAndUserAgentOfTheMessageAreUsed() throws IOException {
		this.socket.send(Message.of(Metadata.of(":method", "GET", ":path", "/Say/Hello?a=b", "User-Agent", "mine")));
		Raw request = this.peer.read();
		assertThat(request.start()).isEqualTo("GET /Say/Hello?a=b HTTP/1.1");
		assertThat(request.headers()).containsExactly("Host: " + this.address, "Content-Length: 0", "User-Agent: mine");
	}

	@Test
	void methodAndPathCannotHideAnotherRequest() throws IOException {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.socket.send(Message.of(Metadata.of(":method", "GET / HTTP/1.1\r\nX: y"))));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.socket.send(Message.of(Metadata.of(":path", "/ HTTP/1.1\r\nX: y"))));
		this.socket.send(Message.of(Metadata.empty()));
		assertThat(this.peer.read().start()).isEqualTo("POST / HTTP/1.1");
	}

	@Test
	void lineBreaksInHeadersCannotAddHeaders() throws IOException {
		this.socket.send(Message.of(Metadata.of("X-A", "1\r\nX-B: 2\nX-C: 3", "X-D\r\nX-E", "4")));
		assertThat(this.peer.read().headers()).endsWith("Content-Length: 0", "X-A: 1  X-B: 2 X-C: 3");
	}

	// reading

	@Test
	void responseBecomesAMessageAndTheStatusIsToldUnlessOk() throws Exception {
		this.peer.write("HTTP/1.1 200 OK\r\nmicro-id: 1\r\nContent-Length: 2\r\n\r\nhi"
				+ "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops");
		Message first = this.events.message();
		assertThat(first.headers().toMap()).containsOnlyKeys("Micro-Id", "Content-Length");
		assertThat(first.body()).asString().isEqualTo("hi");
		Message second = this.events.message();
		assertThat(second.header(":status")).isEqualTo("500");
		assertThat(second.body()).asString().isEqualTo("oops");
	}

	@Test
	void informationalResponseIsPassedOver() throws Exception {
		this.peer.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
		assertThat(this.events.message().body()).asString().isEqualTo("hi");
	}

	@Test
	void chunkedResponseIsPutTogether() throws Exception {
		this.peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n").write("1\r\nb\r\n0\r\n\r\n");
		assertThat(this.events.message().body()).asString().isEqualTo("ab");
	}

	@Test
	void responseWithoutALengthEndsWithTheConnection() throws Exception {
		this.peer.write("HTTP/1.0 200 OK\r\n\r\nall there is").close();
		assertThat(this.events.message().body()).asString().isEqualTo("all there is");
		assertThat(this.events.end()).isEmpty();
	}

	@Test
	void responseOverTheLimitIsRefusedAndTheNextArrives() throws Exception {
		redial(HttpOptions.defaults().withMaxMessageSize(1000));
		this.peer.write("HTTP/1.1 200 OK\r\nMicro-Id: 1\r\nContent-Length: 2000\r\n\r\n" + "x".repeat(2000));
		this.peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
		MicroException refused = RecordingServer.take(this.events.refused);
		assertThat(refused.code()).isEqualTo(413);
		assertThat(this.events.message().body()).asString().isEqualTo("hi");
	}

	@Test
	void responseFarOverTheLimitEndsTheConnection() throws Exception {
		redial(HttpOptions.defaults().withMaxMessageSize(1000));
		this.peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\nx");
		assertThat(RecordingServer.take(this.events.refused).code()).isEqualTo(413);
		this.events.end();
		assertThat(this.socket.isOpen()).isFalse();
	}

	@Test
	void malformedResponseEndsTheConnection() throws Exception {
		this.peer.write("no HTTP at all\r\n\r\n");
		assertThat(this.events.end()).contains(this.address).contains("malformed HTTP");
		assertThat(this.socket.isOpen()).isFalse();
	}

	@Test
	void responseThatDoesNotGoOnEndsTheConnection() throws Exception {
		redial(RecordingServer.impatient());
		this.socket.send(Message.of(Metadata.empty()));
		this.peer.write("HTTP/1.1 200 OK\r\nContent-Le");
		assertThat(this.events.end()).contains("did not come in");
	}

	@Test
	void responseCutOffIsNoMessage() throws Exception {
		this.peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").close();
		this.events.end();
		assertThat(this.events.messages).isEmpty();
	}

	@Test
	void idleConnectionClosedByThePeerIsToldAtOnce() throws Exception {
		this.peer.close();
		assertThat(this.events.end()).isEmpty();
		assertThat(this.socket.isOpen()).isFalse();
		assertThatExceptionOfType(TransportException.class)
			.isThrownBy(() -> this.socket.send(Message.of(Metadata.empty())))
			.satisfies((ex) -> assertThat(ex.isUnsent()).isTrue());
	}

	// dialling

	@Test
	void refusedConnectionNamesTheAddressAndTheReason() throws IOException {
		this.server.close();
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> this.transport.dial(this.address, WAIT).get(10, TimeUnit.SECONDS))
			.havingCause()
			.withMessageContainingAll("could not dial " + this.address, "refused")
			.withCauseInstanceOf(ConnectException.class);
	}

	@Test
	void nameIsResolvedWithoutKeepingTheCallerWaiting() throws Exception {
		String name = "localhost:" + this.server.getLocalPort();
		Socket named = this.transport.dial(name, WAIT).get(10, TimeUnit.SECONDS);
		named.receive(new Events());
		assertThat(named.remote()).isEqualTo(this.address);
		named.send(Message.of(Metadata.empty()));
		try (RawConnection accepted = new RawConnection(this.server.accept())) {
			assertThat(accepted.read().headers()).contains("Host: " + name);
		}
	}

	@Test
	void unknownHostFailsInTime() {
		CompletableFuture<Socket> dialling = this.transport.dial("no-such-host.invalid:80", Duration.ofSeconds(1));
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> dialling.get(10, TimeUnit.SECONDS))
			.havingCause()
			.isInstanceOfSatisfying(TransportException.class, (ex) -> assertThat(ex.isUnsent()).isTrue())
			.withMessageContaining("no-such-host.invalid:80");
	}

	/** What was received. */
	private static final class Events implements Receiver {

		private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();

		private final BlockingQueue<MicroException> refused = new LinkedBlockingQueue<>();

		private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

		Message message() throws InterruptedException {
			return RecordingServer.take(this.messages);
		}

		/** What broke the connection, empty when it was closed. */
		String end() throws InterruptedException {
			return RecordingServer.take(this.ends);
		}

		@Override
		public void onMessage(Message message) {
			this.messages.add(message);
		}

		@Override
		public void onRefused(Message head, MicroException error) {
			this.refused.add(error);
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			this.ends.add((cause == null) ? "" : String.valueOf(cause.getMessage()));
		}

	}

}
