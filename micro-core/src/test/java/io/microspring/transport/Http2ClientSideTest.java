package io.microspring.transport;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.RawHttp2.Frame;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Which frames the dialling end writes, and what it makes of those of all sorts of peers.
 */
class Http2ClientSideTest {

	private static final int MAX_CONCURRENT_STREAMS = 3;

	/** Stream 1 is the one of an upgrade. */
	private static final int FIRST = 3;

	private static final int SECOND = 5;

	private static final Duration WAIT = Duration.ofSeconds(10);

	private final Transport transport = Transport.http(HttpOptions.defaults().withIdleTimeout(Duration.ofSeconds(60)));

	private ServerSocket listener;

	private String address;

	@BeforeEach
	void listen() throws IOException {
		this.listener = new ServerSocket(0, 50, java.net.InetAddress.getLoopbackAddress());
		this.address = "127.0.0.1:" + this.listener.getLocalPort();
	}

	@AfterEach
	void close() throws IOException {
		this.transport.close();
		this.listener.close();
	}

	@Test
	void callIsARequestOfGrpc() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			Events call = new Events(opening.get(10, TimeUnit.SECONDS));
			call.socket.send(opening("content-type", "application/grpc+proto", "grpc-timeout", "1S", "X-User", "me"));
			call.socket.send(new Message(Metadata.empty(), bytes("hello")));
			call.socket.send(Message.of(Metadata.of(Headers.END, "")));
			Map<String, String> head = server.nextHeaders();
			assertThat(head).containsEntry(":method", "POST")
				.containsEntry(":scheme", "http")
				.containsEntry(":path", "/test.Echo/Say")
				.containsEntry(":authority", this.address)
				.containsEntry("te", "trailers")
				.containsEntry("content-type", "application/grpc+proto")
				.containsEntry("grpc-timeout", "1S")
				.containsEntry("grpc-accept-encoding", "gzip")
				.containsEntry("user-agent", "micro-spring-boot")
				.containsEntry("x-user", "me")
				.hasSize(10);
			Frame data = server.next();
			assertThat(data.payload()).isEqualTo(RawHttp2.message("hello"));
			assertThat(data.ends()).as("end together with the last message").isTrue();

			server.headers(FIRST, false, ":status", "200", "content-type", "application/grpc", "grpc-encoding", "gzip");
			server.data(FIRST, false, RawHttp2.message(1, Gzip.deflate(bytes("packed"))));
			server.headers(FIRST, true, "grpc-status", "0", "x-trailer", "t");
			assertThat(call.message().headers().toMap()).containsEntry(Headers.HTTP_STATUS, "200")
				.containsEntry("grpc-encoding", "gzip");
			Message packed = call.message();
			assertThat(packed.body()).isEqualTo(bytes("packed"));
			assertThat(packed.header(Headers.COMPRESSED)).isEqualTo("true");
			assertThat(call.message().headers().toMap()).containsKey(Headers.END)
				.containsEntry("grpc-status", "0")
				.containsEntry("x-trailer", "t");
			assertThat(call.next()).isEqualTo("closed");
		}
	}

	@Test
	void lastMessageMaySayThatItIsTheLast() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			Events call = new Events(opening.get(10, TimeUnit.SECONDS));
			call.socket.sendAll(List.of(opening(), new Message(Metadata.empty(), bytes("first")),
					new Message(Metadata.of(Headers.END, ""), bytes("last"))));
			assertThat(server.next(RawHttp2.HEADERS).ends()).isFalse();
			Frame data = server.next();
			assertThat(data.text()).endsWith("last").contains("first");
			assertThat(data.ends()).isTrue();
			assertThatThrownBy(() -> call.socket.send(new Message(Metadata.empty(), bytes("more"))))
				.isInstanceOf(TransportException.class);
		}
	}

	@Test
	void headersOfEachCallAreWhatWasSent() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			for (int i = 0; i < 100; i++) {
				Events call = new Events(opening.get(10, TimeUnit.SECONDS));
				call.socket.send(opening("grpc-timeout", i + "S", "x-call", "call " + i % 7));
				assertThat(server.headers(server.next(RawHttp2.HEADERS))).containsEntry("grpc-timeout", i + "S")
					.containsEntry("x-call", "call " + i % 7)
					.containsEntry(":path", "/test.Echo/Say");
				server.headers(FIRST + 2 * i, true, ":status", "200", "grpc-status", "0");
				opening = this.transport.openStream(this.address, WAIT);
			}
		}
	}

	@Test
	void answerThatIsNoGrpcIsHandedOnAsItIs() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			Events call = call(opening);
			server.next(RawHttp2.HEADERS);
			server.headers(FIRST, false, ":status", "503", "content-type", "text/plain");
			server.data(FIRST, true, bytes("come back later"));
			assertThat(call.message().headers().toMap()).containsEntry(Headers.HTTP_STATUS, "503");
			assertThat(call.message().body()).isEqualTo(bytes("come back later"));
			assertThat(call.message().header(Headers.END)).isNotNull();
			assertThat(call.next()).isEqualTo("closed");
		}
	}

	@Test
	void callsWaitForOneDialAndShareTheConnection() throws Exception {
		List<CompletableFuture<Socket>> openings = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			openings.add(this.transport.openStream(this.address, WAIT));
		}
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			for (CompletableFuture<Socket> opening : openings) {
				call(opening);
			}
			for (int i = 0; i < openings.size(); i++) {
				assertThat(server.next(RawHttp2.HEADERS).stream()).isEqualTo(FIRST + 2 * i);
			}
			assertThat(this.listener.isClosed()).isFalse();
		}
	}

	@Test
	void anotherConnectionIsDialledWhenThePeerTakesNoMoreStreams() throws Exception {
		CompletableFuture<Socket> first = this.transport.openStream(this.address, WAIT);
		CompletableFuture<Socket> second = this.transport.openStream(this.address, WAIT);
		try (RawHttp2 one = RawHttp2.accept(this.listener, MAX_CONCURRENT_STREAMS, 1);
				RawHttp2 two = RawHttp2.accept(this.listener, MAX_CONCURRENT_STREAMS, 1)) {
			Events call = call(first);
			call(second);
			assertThat(one.next(RawHttp2.HEADERS).stream()).isEqualTo(FIRST);
			assertThat(two.next(RawHttp2.HEADERS).stream()).isEqualTo(FIRST);
			one.headers(FIRST, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "0");
			assertThat(call.message().header("grpc-status")).isEqualTo("0");
			assertThat(call.next()).isEqualTo("closed");
			call(this.transport.openStream(this.address, WAIT));
			assertThat(one.next(RawHttp2.HEADERS).stream()).isEqualTo(SECOND);
		}
	}

	@Test
	void refusedStreamIsUnsentAndAResetOneIsNot() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			Events refused = call(opening);
			server.next(RawHttp2.HEADERS);
			server.frame(RawHttp2.RST_STREAM, 0, FIRST, RawHttp2.number(7));
			assertThat(refused.failure().isUnsent()).isTrue();
			Events reset = call(this.transport.openStream(this.address, WAIT));
			server.next(RawHttp2.HEADERS);
			server.frame(RawHttp2.RST_STREAM, 0, SECOND, RawHttp2.number(8));
			TransportException failure = reset.failure();
			assertThat(failure.isUnsent()).isFalse();
			assertThat(failure).hasMessageContaining("CANCEL");
		}
	}

	@Test
	void peerThatGoesAwayEndsWhatItHasSeenAndTheRestIsUnsent() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			Events seen = call(opening);
			Events unseen = call(this.transport.openStream(this.address, WAIT));
			server.next(RawHttp2.HEADERS);
			server.next(RawHttp2.HEADERS);
			server.frame(RawHttp2.GOAWAY, 0, 0, new byte[] { 0, 0, 0, FIRST, 0, 0, 0, 0 });
			assertThat(unseen.failure().isUnsent()).isTrue();
			CompletableFuture<Socket> elsewhere = this.transport.openStream(this.address, WAIT);
			try (RawHttp2 next = RawHttp2.accept(this.listener)) {
				call(elsewhere);
				assertThat(next.next(RawHttp2.HEADERS).stream()).isEqualTo(FIRST);
			}
			server.headers(FIRST, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "0");
			assertThat(seen.message().header("grpc-status")).isEqualTo("0");
			assertThat(seen.next()).isEqualTo("closed");
			assertThat(server.nextBut(RawHttp2.SETTINGS, RawHttp2.WINDOW_UPDATE, RawHttp2.RST_STREAM).type())
				.isEqualTo(RawHttp2.GOAWAY);
		}
		catch (java.io.EOFException closed) {
			// just as well: the connection is closed with its last call
		}
	}

	@Test
	void cancelledCallIsReset() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			Events call = call(opening);
			server.next(RawHttp2.HEADERS);
			call.socket.close();
			Frame reset = server.next(RawHttp2.RST_STREAM);
			assertThat(reset.code()).as("CANCEL").isEqualTo(8);
			assertThat(call.next()).isEqualTo("closed");
		}
	}

	@Test
	void connectionThatBreaksBreaksItsCalls() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		Events call;
		Events unopened;
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			call = call(opening);
			unopened = new Events(this.transport.openStream(this.address, WAIT).get(10, TimeUnit.SECONDS));
			server.next(RawHttp2.HEADERS);
		}
		assertThat(call.failure().isUnsent()).isFalse();
		assertThat(unopened.failure().isUnsent()).isTrue();
		assertThat(call.socket.isOpen()).isFalse();
	}

	@Test
	void peerThatSpeaksOnlyHttp1IsNamed() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		this.listener.setSoTimeout(10_000);
		try (java.net.Socket http1 = this.listener.accept()) {
			http1.getOutputStream().write(bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
			assertThatThrownBy(() -> opening.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
				.cause()
				.isInstanceOfSatisfying(TransportException.class, (ex) -> assertThat(ex.isUnsent()).isTrue())
				.hasMessageContaining("could not dial " + this.address);
		}
	}

	@Test
	void peerThatSaysNothingIsGivenUp() {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, Duration.ofMillis(300));
		assertThatThrownBy(() -> opening.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
			.cause()
			.isInstanceOfSatisfying(TransportException.class, (ex) -> assertThat(ex.isUnsent()).isTrue())
			.hasMessageContaining(this.address);
	}

	@Test
	void idleConnectionIsClosedAndTheNextCallDialsAgain() throws Exception {
		try (Transport impatient = Transport.http(HttpOptions.defaults().withIdleTimeout(Duration.ofMillis(300)))) {
			CompletableFuture<Socket> opening = impatient.openStream(this.address, WAIT);
			try (RawHttp2 server = RawHttp2.accept(this.listener)) {
				Events call = call(opening);
				server.next(RawHttp2.HEADERS);
				server.headers(FIRST, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "0");
				assertThat(call.message().header("grpc-status")).isEqualTo("0");
				assertThat(server.next(RawHttp2.GOAWAY).number(4)).isZero();
			}
			CompletableFuture<Socket> again = impatient.openStream(this.address, WAIT);
			try (RawHttp2 server = RawHttp2.accept(this.listener)) {
				call(again);
				assertThat(server.next(RawHttp2.HEADERS).stream()).isEqualTo(FIRST);
			}
		}
	}

	@Test
	void sendingWaitsForTheWindowOfThePeer() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			Events call = call(opening);
			server.next(RawHttp2.HEADERS);
			byte[] part = new byte[100_000];
			int sent = 0;
			while (call.socket.isWritable()) {
				call.socket.send(new Message(Metadata.empty(), part));
				sent++;
			}
			assertThat(sent).isBetween(2, 4);
			assertThat(call.socket.awaitWritable(Duration.ofMillis(100))).isFalse();
			server.frame(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.number(1_000_000));
			server.frame(RawHttp2.WINDOW_UPDATE, 0, FIRST, RawHttp2.number(1_000_000));
			assertThat(call.socket.awaitWritable(WAIT)).isTrue();
			int received = 0;
			while (received < sent * (part.length + 5)) {
				received += server.next(RawHttp2.DATA).payload().length;
			}
		}
	}

	@Test
	void closedTransportCancelsItsCalls() throws Exception {
		CompletableFuture<Socket> opening = this.transport.openStream(this.address, WAIT);
		try (RawHttp2 server = RawHttp2.accept(this.listener)) {
			Events call = call(opening);
			server.next(RawHttp2.HEADERS);
			this.transport.close();
			assertThat(server.next(RawHttp2.RST_STREAM).code()).isEqualTo(8);
			assertThat(call.next()).isEqualTo("closed");
			Awaitility.await().until(() -> !call.socket.isOpen());
			assertThatThrownBy(() -> this.transport.openStream(this.address, WAIT).get(10, TimeUnit.SECONDS))
				.hasCauseInstanceOf(TransportException.class);
		}
	}

	private static Message opening(String... more) {
		return Message
			.of(Metadata.of(Headers.CALL_PROTOCOL, "grpc", Headers.PATH, "/test.Echo/Say").withAll(Metadata.of(more)));
	}

	private static Events call(CompletableFuture<Socket> opening) throws Exception {
		Events call = new Events(opening.get(10, TimeUnit.SECONDS));
		call.socket.send(opening());
		return call;
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/** What a socket's receiver is told. */
	private static final class Events implements Receiver {

		private final Socket socket;

		private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

		Events(Socket socket) {
			this.socket = socket;
			socket.receive(this);
		}

		Object next() throws InterruptedException {
			return RecordingServer.take(this.told);
		}

		Message message() throws InterruptedException {
			return (Message) next();
		}

		TransportException failure() throws InterruptedException {
			return (TransportException) next();
		}

		@Override
		public void onMessage(Message message) {
			this.told.add(message);
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			this.told.add((cause != null) ? cause : "closed");
		}

	}

}
