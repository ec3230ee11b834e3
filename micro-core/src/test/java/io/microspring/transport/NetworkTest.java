package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.util.concurrent.EventExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What event loops wait for the network with, and that it makes no difference.
 */
class NetworkTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@TempDir
	Path directory;

	@Test
	void epollIsUsedWhereItIsUnlessUnwanted() {
		assertThat(Network.of(HttpOptions.defaults())).isEqualTo(Epoll.isAvailable() ? Network.EPOLL : Network.NIO);
		assertThat(Network.of(HttpOptions.defaults().withNativeTransport(false))).isEqualTo(Network.NIO);
	}

	@Test
	void thereAreAsManyLoopsAsAskedForElseOneForTwoProcessors() throws Exception {
		assertThat(loops(3)).isEqualTo(3);
		assertThat(loops(0)).isEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
		assertThatIllegalArgumentException().isThrownBy(() -> HttpOptions.defaults().withEventLoops(-1))
			.withMessageContaining("-1");
	}

	private static int loops(int wanted) throws InterruptedException {
		EventLoopGroup group = Network.NIO.loops(wanted);
		int count = 0;
		for (EventExecutor ignored : group) {
			count++;
		}
		group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
		return count;
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void callerThatHasSentItsLastIsAnsweredAndTheConnectionEnds(boolean epoll) throws Exception {
		try (RecordingServer server = new RecordingServer(HttpOptions.defaults().withNativeTransport(epoll));
				RawConnection client = server.dial()) {
			client.write("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi").finishOutput();
			assertThat(client.read().body()).isEqualTo("hi");
			assertThat(client.isAtEnd()).isTrue();
			RecordingServer.take(server.closed);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void largeAnswerReachesACallerThatHasSentItsLast(boolean epoll) throws Exception {
		byte[] large = new byte[32 * 1024 * 1024];
		HttpOptions options = HttpOptions.defaults().withNativeTransport(epoll).withMaxMessageSize(large.length);
		try (RecordingServer server = new RecordingServer(options)
			.answering((socket, message) -> socket.send(new Message(Metadata.empty(), large)));
				RawConnection client = server.dial()) {
			client.write("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi").finishOutput();
			assertThat(client.read().body()).hasSize(large.length);
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void messagesOfAllSizesGoInTheClearAndOverTls(boolean epoll) throws Exception {
		Certificates certificates = new Certificates(this.directory);
		HttpOptions plain = HttpOptions.defaults().withNativeTransport(epoll);
		exchange(plain, plain);
		exchange(plain.withServerTls(certificates.serverOptions()),
				plain.withClientTls(TlsOptions.client().withTrustCertificate(certificates.authority())));
	}

	private static void exchange(HttpOptions listening, HttpOptions dialling) throws Exception {
		try (RecordingServer server = new RecordingServer(listening); Transport client = Transport.http(dialling)) {
			Socket socket = client.dial(server.address(), PATIENCE).get();
			Inbox inbox = Inbox.of(socket);
			for (int size : new int[] { 0, 5, 2000, 70_000, 3_000_000, 5 }) {
				String text = "x".repeat(size);
				socket.send(new Message(Metadata.empty(), text.getBytes(StandardCharsets.UTF_8)));
				assertThat(inbox.take(PATIENCE).body()).asString().isEqualTo(text);
			}
		}
	}

}
