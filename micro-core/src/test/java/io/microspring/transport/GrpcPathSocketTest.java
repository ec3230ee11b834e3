package io.microspring.transport;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class GrpcPathSocketTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final int MAX_CONCURRENT_STREAMS = 3;

	/** Who sends to a node would else ask again and again, as fast as it can. */
	@Test
	void whoWaitsToWriteWaitsWhileTheCallIsMadeAnew() throws Exception {
		try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
				Transport transport = Transport.grpc()) {
			CompletableFuture<Socket> dialling = transport.dial("127.0.0.1:" + listener.getLocalPort(), PATIENCE);
			try (RawHttp2 server = RawHttp2.accept(listener)) {
				Socket socket = dialling.get(10, TimeUnit.SECONDS);
				Inbox.of(socket);
				int stream = server.next(RawHttp2.HEADERS).stream();
				// The other path needs a connection of its own.
				server.settings(MAX_CONCURRENT_STREAMS, 0);
				server.headers(stream, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "12");
				await().until(() -> !socket.isWritable());
				assertThat(socket.isOpen()).isTrue();
				long begin = System.nanoTime();
				assertThat(socket.awaitWritable(Duration.ofMillis(300))).isFalse();
				assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(200));
				try (RawHttp2 second = RawHttp2.accept(listener)) {
					assertThat(socket.awaitWritable(PATIENCE)).isTrue();
					assertThat(second.nextHeaders()).containsEntry(":path",
							"/go.micro.grpc.transport.Transport/Stream");
				}
				socket.close();
			}
		}
	}

}
