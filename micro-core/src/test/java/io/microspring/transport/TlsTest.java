package io.microspring.transport;

import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

import javax.net.ssl.SSLSocket;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.microspring.call.MicroEndpoint;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * TLS on the one port and on what is dialled.
 */
class TlsTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@TempDir
	Path directory;

	private Certificates certificates;

	private RecordingServer server;

	@BeforeEach
	void start() throws Exception {
		this.certificates = new Certificates(this.directory);
		this.server = new RecordingServer(HttpOptions.defaults().withServerTls(this.certificates.serverOptions()));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void callsGoOverTls() throws Exception {
		try (Transport transport = client(trusting())) {
			Socket socket = transport.dial(this.server.address(), PATIENCE).get();
			Inbox inbox = Inbox.of(socket);
			for (String text : new String[] { "", "hello", "x".repeat(1_000_000) }) {
				socket.send(new Message(Metadata.of("X-Mine", "1"), text.getBytes(StandardCharsets.UTF_8)));
				assertThat(inbox.take(PATIENCE).body()).asString().isEqualTo(text);
				assertThat(this.server.takeRequest().header("X-Mine")).isEqualTo("1");
			}
		}
	}

	@Test
	void streamsOfHttp2GoOverTls() throws Exception {
		this.server.answering(WebSocketTest::echo);
		try (Transport transport = client(trusting())) {
			Socket call = transport.openStream(this.server.address(), PATIENCE).get();
			Inbox inbox = Inbox.of(call);
			call.send(Message.of(Metadata.of(Headers.CALL_PROTOCOL, "grpc", Headers.PATH, "/a.Say/Hello",
					Headers.HTTP_METHOD, "POST", "content-type", "application/grpc")));
			call.send(new Message(Metadata.empty(), "hello".getBytes(StandardCharsets.UTF_8)));
			assertThat(inbox.take(PATIENCE).header(Headers.HTTP_STATUS)).isEqualTo("200");
			assertThat(inbox.take(PATIENCE).body()).asString().isEqualTo("hello");
			call.close();
		}
	}

	@Test
	void manyCallsShareAConnectionInsideOfTls() throws Exception {
		Registry registry = Registry.memory();
		CompletableFuture<String> answer = new CompletableFuture<>();
		try (Transport listening = Transport
			.http(HttpOptions.defaults().withServerTls(this.certificates.serverOptions()));
				Transport dialling = client(trusting());
				Server greeter = Server.builder(registry)
					.transport(listening)
					.options(ServerOptions.named("greeter").withAddress("127.0.0.1:0"))
					.build()
					.handle(Handler.of("Say", new Greeter(answer)));
				Client caller = Client.builder(registry).transport(dialling).build()) {
			greeter.start();
			greeter.register();
			await().until(() -> {
				// Over HTTP/1.1 until the connection that is shared is there, too.
				assertThat(caller.call(Request.of("greeter", "Say.Now", "x"), String.class)).isEqualTo("x");
				return caller.stats().connectionsIdle() > 1;
			});
			int before = greeter.stats().connections();
			List<CompletableFuture<String>> calls = IntStream.range(0, 100)
				.mapToObj((i) -> caller.callAsync(Request.of("greeter", "Say.Later", "x"), String.class,
						CallOptions.defaults()))
				.toList();
			await().until(() -> greeter.stats().inFlight() == 100);
			assertThat(greeter.stats().connections()).isEqualTo(before);
			answer.complete("all");
			assertThat(calls).allSatisfy((call) -> assertThat(call).succeedsWithin(PATIENCE).isEqualTo("all"));
		}
	}

	@ParameterizedTest
	@EnumSource(HttpClient.Version.class)
	void jdksClientChoosesTheVersionByAlpn(HttpClient.Version version) throws Exception {
		HttpClient jdk = HttpClient.newBuilder().sslContext(this.certificates.jdk()).version(version).build();
		HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + this.server.address() + "/a"))
			.POST(HttpRequest.BodyPublishers.ofString("hello"))
			.build();
		for (int i = 0; i < 3; i++) {
			HttpResponse<String> response = jdk.send(request, HttpResponse.BodyHandlers.ofString());
			assertThat(response.version()).isEqualTo(version);
			assertThat(response.body()).isEqualTo("hello");
		}
	}

	@Test
	void webSocketGoesOverTls() throws Exception {
		this.server.answering(WebSocketTest::echo);
		HttpClient jdk = HttpClient.newBuilder().sslContext(this.certificates.jdk()).build();
		CompletableFuture<String> heard = new CompletableFuture<>();
		java.net.http.WebSocket socket = jdk.newWebSocketBuilder()
			.buildAsync(URI.create("wss://" + this.server.address() + "/Say/Bidi"),
					new java.net.http.WebSocket.Listener() {
						@Override
						public java.util.concurrent.CompletionStage<?> onText(java.net.http.WebSocket webSocket,
								CharSequence data, boolean last) {
							heard.complete(data.toString());
							return null;
						}
					})
			.join();
		socket.sendText("hello", true).join();
		assertThat(heard.get(10, java.util.concurrent.TimeUnit.SECONDS)).isEqualTo("hello");
		socket.abort();
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void lastAnswerIsFollowedByTheEndOfTls(String version) throws Exception {
		try (SSLSocket socket = (SSLSocket) this.certificates.jdk()
			.getSocketFactory()
			.createSocket("127.0.0.1", Address.parse(this.server.address()).port())) {
			socket.setSoTimeout(10_000);
			socket.setEnabledProtocols(new String[] { version });
			socket.getOutputStream().write("what is this\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(answer).startsWith("HTTP/1.1 400 Bad Request");
			assertThat(socket.getSession().getProtocol()).isEqualTo(version);
		}
	}

	@Test
	void endOfTlsIsThatOfStreamsWhereTheConnectionStaysOpen() throws Exception {
		this.server.answering((socket, request) -> {
		});
		try (java.net.Socket tcp = tcp(); SSLSocket tls = over(tcp); RawHttp2 client = RawHttp2.over(tls)) {
			client.call(1);
			this.server.takeRequest();
			tls.shutdownOutput();
			assertThat(tcp.isOutputShutdown()).isFalse();
			assertThat(RecordingServer.take(this.server.closed).isOpen()).isFalse();
		}
	}

	@Test
	void whatBreaksTlsUnderAWebSocketIsTold() throws Exception {
		this.server.answering(WebSocketTest::echo);
		try (java.net.Socket tcp = tcp(); SSLSocket tls = over(tcp)) {
			tls.getOutputStream().write(WebSocketTest.HANDSHAKE.getBytes(StandardCharsets.US_ASCII));
			assertThat(tls.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 101");
			this.server.causes.clear();
			tcp.getOutputStream().write("in the clear".getBytes(StandardCharsets.US_ASCII));
			assertThat(RecordingServer.take(this.server.causes)).get()
				.asString()
				.startsWith("java.io.IOException: TLS: ");
		}
	}

	@Test
	void certificateOfAnUnknownAuthorityIsRefused() throws Exception {
		TlsOptions other = TlsOptions.client().withTrustCertificate(new Certificates(this.directory).authority());
		for (TlsOptions options : new TlsOptions[] { other, TlsOptions.client() }) {
			try (Transport transport = client(options)) {
				assertFails(transport, this.server.address(), "TLS", "PKIX path");
			}
		}
	}

	@Test
	void certificateOfAnotherNameIsRefused() throws Exception {
		X509Bundle issued = this.certificates.issue(new CertificateBuilder().ecp256().addSanDnsName("other.test"));
		try (RecordingServer wrong = new RecordingServer(HttpOptions.defaults()
			.withServerTls(TlsOptions.server(this.certificates.chain(issued), this.certificates.key(issued))));
				Transport transport = client(trusting());
				Transport named = client(trusting().withServerName("other.test"))) {
			assertFails(transport, wrong.address(), "TLS", "127.0.0.1");
			assertThat(named.dial(wrong.address(), PATIENCE).get().isOpen()).isTrue();
			assertFails(named, this.server.address(), "TLS", "other.test");
		}
	}

	@Test
	void anyCertificateIsBelievedOnlyWhenToldSo() throws Exception {
		X509Bundle issued = new Certificates(this.directory)
			.issue(new CertificateBuilder().ecp256().addSanDnsName("other.test"));
		TlsOptions tls = TlsOptions.server(this.certificates.chain(issued), this.certificates.key(issued));
		try (RecordingServer strange = new RecordingServer(HttpOptions.defaults().withServerTls(tls));
				Transport strict = client(trusting());
				Transport careless = client(TlsOptions.client().withInsecureSkipVerify(true))) {
			assertFails(strict, strange.address(), "TLS");
			assertThat(careless.dial(strange.address(), PATIENCE).get().isOpen()).isTrue();
		}
	}

	@Test
	void requestInTheClearIsToldThatThePortSpeaksTls() throws Exception {
		try (RawConnection curl = this.server.dial()) {
			RawConnection.Raw answer = curl.write("POST / HTTP/1.1\r\nHost: a\r\n\r\n").read();
			assertThat(answer.start()).isEqualTo("HTTP/1.1 400 Bad Request");
			assertThat(answer.body()).contains("this port speaks TLS");
			assertThat(curl.isAtEnd()).isTrue();
		}
		try (Transport transport = Transport.http()) {
			Socket socket = transport.dial(this.server.address(), PATIENCE).get();
			Inbox inbox = Inbox.of(socket);
			socket.send(Message.of(Metadata.of("X-Mine", "1")));
			assertThat(inbox.take(PATIENCE).body()).asString().contains("this port speaks TLS");
		}
		assertThat(this.server.received).isEmpty();
	}

	@Test
	void callOfGrpcInTheClearIsToldInItsOwnWords() throws Exception {
		try (Transport transport = Transport.http()) {
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> {
				Socket call = transport.openStream(this.server.address(), PATIENCE).get();
				Inbox inbox = Inbox.of(call);
				call.send(Message.of(Metadata.of(Headers.CALL_PROTOCOL, "grpc", Headers.PATH, "/a.Say/Hello",
						Headers.HTTP_METHOD, "POST", "content-type", "application/grpc")));
				inbox.take(PATIENCE);
			}).withStackTraceContaining("INADEQUATE_SECURITY this port speaks TLS");
		}
		assertThat(this.server.received).isEmpty();
	}

	@Test
	void strangersAreToldOfInTheLogOnceInAWhile() throws Exception {
		Logger logger = (Logger) LoggerFactory.getLogger(HttpTransport.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		logger.addAppender(log);
		try {
			for (int i = 0; i < 3; i++) {
				try (RawConnection plain = this.server.dial(); RawConnection broken = this.server.dial()) {
					plain.write("POST / HTTP/1.1\r\n\r\n").read();
					broken.write("\u0016" + "x".repeat(4000));
					await().atMost(Duration.ofSeconds(20))
						.until(() -> List.copyOf(log.list)
							.stream()
							.anyMatch((line) -> line.getFormattedMessage().contains("the handshake with")));
				}
			}
		}
		finally {
			logger.detachAppender(log);
		}
		assertThat(log.list).filteredOn((line) -> line.getLevel() == Level.WARN)
			.extracting(ILoggingEvent::getFormattedMessage)
			.hasSize(2)
			.anyMatch((line) -> line.contains("this port speaks TLS, and it did not"))
			.anyMatch((line) -> line.contains("the handshake with"))
			.allMatch((line) -> line.length() < 500);
	}

	@Test
	void tlsOnAPlainPortIsToldThatItSpeaksNone() throws Exception {
		try (RecordingServer plain = new RecordingServer(HttpOptions.defaults());
				Transport transport = client(trusting())) {
			assertFails(transport, plain.address(), "TLS: it speaks no TLS");
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> transport.openStream(plain.address(), PATIENCE).get())
				.withMessageContaining("TLS: it speaks no TLS");
			assertThat(plain.received).isEmpty();
		}
	}

	@Test
	void handshakeThatDoesNotComeToItsEndIsGivenUp() throws Exception {
		Duration soon = Duration.ofMillis(200);
		try (RecordingServer impatient = new RecordingServer(
				HttpOptions.defaults().withServerTls(this.certificates.serverOptions().withHandshakeTimeout(soon)));
				RawConnection slow = impatient.dial()) {
			slow.write("\u0016\u0003\u0001");
			assertThat(slow.isAtEnd()).isTrue();
		}
		try (ServerSocket silent = new ServerSocket(0, 5, java.net.InetAddress.getLoopbackAddress());
				Transport transport = client(trusting().withHandshakeTimeout(soon))) {
			assertFails(transport, "127.0.0.1:" + silent.getLocalPort(), "TLS", "handshake timed out");
		}
	}

	@Test
	void stoppingTransportTellsItsPeers() throws Exception {
		try (Transport transport = client(trusting())) {
			Socket socket = transport.dial(this.server.address(), PATIENCE).get();
			Inbox inbox = Inbox.of(socket);
			socket.send(Message.of(Metadata.of("X-Mine", "1")));
			inbox.take(PATIENCE);
			this.server.close();
			assertThatExceptionOfType(TransportException.class).isThrownBy(() -> inbox.take(PATIENCE));
			assertThat(socket.isOpen()).isFalse();
		}
	}

	private java.net.Socket tcp() throws Exception {
		return new java.net.Socket("127.0.0.1", Address.parse(this.server.address()).port());
	}

	/** TLS that may end without the connection. */
	private SSLSocket over(java.net.Socket tcp) throws Exception {
		SSLSocket tls = (SSLSocket) this.certificates.jdk()
			.getSocketFactory()
			.createSocket(tcp, "127.0.0.1", tcp.getPort(), false);
		tls.setSoTimeout(10_000);
		return tls;
	}

	private TlsOptions trusting() throws Exception {
		return TlsOptions.client().withTrustCertificate(this.certificates.authority());
	}

	private static Transport client(TlsOptions tls) {
		return Transport.http(HttpOptions.defaults().withClientTls(tls));
	}

	private static void assertFails(Transport transport, String address, String... told) {
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> transport.dial(address, PATIENCE).get())
			.satisfies((failure) -> {
				assertThat(failure.getCause()).isInstanceOf(TransportException.class)
					.hasMessageContaining("could not dial " + address);
				assertThat(failure.getCause().getMessage()).contains(told);
				assertThat(((TransportException) failure.getCause()).isUnsent()).isTrue();
			});
	}

	/** Answers at once, or when it is told to. */
	@SuppressWarnings("unused")
	private record Greeter(CompletableFuture<String> answer) {

		@MicroEndpoint(name = "Now")
		public String now(String text) {
			return text;
		}

		@MicroEndpoint(name = "Later")
		public CompletableFuture<String> later(String text) {
			return this.answer;
		}

	}

}
