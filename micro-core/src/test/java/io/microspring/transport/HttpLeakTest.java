package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Logger;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No buffer is lost, whatever becomes of a connection.
 */
class HttpLeakTest {

	private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);

	private final ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();

	private final List<String> leaks = new CopyOnWriteArrayList<>();

	@BeforeEach
	void watch() {
		// the deliberate leak is none to report
		LOGGER.setAdditive(false);
		ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
		ByteBufUtil.setLeakListener((type, records) -> this.leaks.add(records));
	}

	@AfterEach
	void stopWatching() {
		LOGGER.setAdditive(true);
		ByteBufUtil.setLeakListener((type, records) -> {
		});
		ResourceLeakDetector.setLevel(this.before);
	}

	@Test
	void noBufferLeaksWhateverComesIn() throws Exception {
		List<String> inputs = List.of("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi", "what is this\r\n\r\n", "P",
				"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
				"POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n" + "x".repeat(2000),
				"POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\nxx",
				"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf",
				"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
				"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n",
				"POST / HTTP/1.1\r\nX: " + "x".repeat(3000) + "\r\n\r\n", "\u0016\u0003\u0001",
				WebSocketTest.HANDSHAKE + WebSocketTest.frame(0x81, "hi") + WebSocketTest.frame(0x89, "ping"),
				WebSocketTest.HANDSHAKE + WebSocketTest.frame(0x01, "a fragment") + "\u0080\u0085\0\0\0\0and",
				WebSocketTest.HANDSHAKE + WebSocketTest.frame(0x81, "hi") + "no frame at all",
				WebSocketTest.HANDSHAKE + "\u0082\u00fe\u0007\u00d0\0\0\0\0" + "x".repeat(2000));
		HttpOptions options = HttpOptions.defaults().withMaxMessageSize(1000).withMaxHeaderSize(2000);
		try (RecordingServer server = new RecordingServer(options); Transport transport = Transport.http(options)) {
			for (String input : inputs) {
				try (RawConnection client = server.dial()) {
					client.write(input);
				}
				try (RawConnection client = server.dial()) {
					client.write(input).finishOutput();
					while (!client.isAtEnd()) {
						// all there is
					}
				}
			}
			Socket socket = transport.dial(server.address(), Duration.ofSeconds(10)).get();
			Inbox inbox = Inbox.of(socket);
			for (int i = 0; i < 50; i++) {
				socket.send(new Message(Metadata.of("X-I", "" + i), "hello".getBytes(StandardCharsets.UTF_8)));
			}
			for (int i = 0; i < 50; i++) {
				inbox.take(Duration.ofSeconds(10));
			}
		}
		assertThat(leaksUpToTheDeliberateOne()).noneMatch((records) -> !records.contains("lost on purpose"));
	}

	/**
	 * Leaks are found when the garbage collector has run and something else is allocated;
	 * one of our own tells that it has.
	 */
	private List<String> leaksUpToTheDeliberateOne() {
		lose();
		Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50)).until(() -> {
			System.gc();
			ByteBufAllocator.DEFAULT.directBuffer(16).release();
			return this.leaks.stream().anyMatch((records) -> records.contains("lost on purpose"));
		});
		return this.leaks;
	}

	private static void lose() {
		ByteBufAllocator.DEFAULT.directBuffer(16).touch("lost on purpose");
	}

}
