package io.microspring.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.Fuzz;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Frames of HTTP/2, in any order and damaged in any way: each connection is answered or
 * closed, nothing is logged as a fault, no buffer is lost, and the next caller is served.
 */
class Http2FuzzTest {

	private static final byte[] PREFACE = ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

	private static final HttpOptions OPTIONS = HttpOptions.defaults()
		.withMaxMessageSize(100_000)
		.withReadTimeout(Duration.ofSeconds(5));

	private final List<String> faults = new CopyOnWriteArrayList<>();

	private final List<String> leaks = new CopyOnWriteArrayList<>();

	private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {

		@Override
		protected void append(ILoggingEvent event) {
			if (event.getLevel().isGreaterOrEqual(Level.WARN)
					&& (event.getLoggerName().startsWith("io.microspring.transport")
							|| event.getLoggerName().startsWith("io.netty"))) {
				Http2FuzzTest.this.faults.add(event.getFormattedMessage() + " " + event.getThrowableProxy());
			}
		}

	};

	private final Logger leakDetector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);

	private final Logger root = (Logger) LoggerFactory.getLogger("ROOT");

	private final Transport transport = Transport.http(OPTIONS);

	@BeforeEach
	void watch() {
		// the deliberate leak is none to report
		this.leakDetector.setAdditive(false);
		this.appender.start();
		this.root.addAppender(this.appender);
		ByteBufUtil.setLeakListener((type, records) -> this.leaks.add(records));
	}

	@AfterEach
	void stop() {
		this.transport.close();
		this.root.detachAppender(this.appender);
		this.leakDetector.setAdditive(true);
		ByteBufUtil.setLeakListener((type, records) -> {
		});
	}

	@Test
	void anyFramesAreAnsweredOrTheConnectionIsClosed() throws Exception {
		Listener listener = this.transport.listen("127.0.0.1:0", (socket) -> socket.receive(new Echo(socket)));
		int port = Integer.parseInt(listener.address().substring(listener.address().lastIndexOf(':') + 1));
		int attempts = Fuzz.run((random) -> {
			try (java.net.Socket peer = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
				peer.setSoTimeout(20_000);
				exchange(peer, damaged(requests(random), random), random);
			}
		});
		assertThat(attempts).isPositive();
		// all event loops serve on
		for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
			try (Transport caller = Transport.http()) {
				assertThat(echoed(caller, listener.address())).isEqualTo("still there?");
			}
		}
		assertNothingLost();
	}

	@Test
	void anyAnswersEndTheCall() throws Exception {
		try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			listener.setSoTimeout(20_000);
			int attempts = Fuzz.run((random) -> {
				CompletableFuture<Socket> opening = this.transport.openStream("127.0.0.1:" + listener.getLocalPort(),
						Duration.ofSeconds(20));
				CompletableFuture<String> ended = new CompletableFuture<>();
				try (java.net.Socket peer = listener.accept()) {
					peer.setSoTimeout(20_000);
					peer.getOutputStream().write(frame(4, 0, 0, new byte[0]));
					Socket socket = opening.get(20, TimeUnit.SECONDS);
					socket.receive(new Ender(ended));
					send(socket, Message.of(Metadata.of(Headers.CALL_PROTOCOL, "grpc", Headers.PATH, "/a/b")));
					send(socket, new Message(Metadata.empty(), new byte[10]));
					exchange(peer, damaged(answers(random), random), random);
				}
				ended.get(20, TimeUnit.SECONDS);
			});
			assertThat(attempts).isPositive();
		}
		assertNothingLost();
	}

	private static void send(Socket socket, Message message) {
		try {
			socket.send(message);
		}
		catch (TransportException ex) {
			// the peer was quicker
		}
	}

	/** Writes all, in pieces, and reads until the peer closes, which it must. */
	private static void exchange(java.net.Socket peer, byte[] bytes, Random random) throws IOException {
		try {
			int from = 0;
			while (from < bytes.length) {
				int size = Math.min(bytes.length - from, 1 + random.nextInt(random.nextBoolean() ? 20 : 20_000));
				peer.getOutputStream().write(bytes, from, size);
				from += size;
			}
			peer.shutdownOutput();
			InputStream in = peer.getInputStream();
			byte[] sink = new byte[16 * 1024];
			int read = in.read(sink);
			while (read >= 0) {
				read = in.read(sink);
			}
		}
		catch (SocketException ex) {
			// closed while it was written to
		}
	}

	private String echoed(Transport caller, String address) throws Exception {
		Socket socket = caller.openStream(address, Duration.ofSeconds(20)).get(20, TimeUnit.SECONDS);
		Inbox inbox = Inbox.of(socket);
		socket.send(Message.of(Metadata.of(Headers.CALL_PROTOCOL, "grpc", Headers.PATH, "/a/b")));
		socket.send(new Message(Metadata.empty(), ascii("still there?")));
		inbox.take(Duration.ofSeconds(20));
		return new String(inbox.take(Duration.ofSeconds(20)).body(), StandardCharsets.US_ASCII);
	}

	private void assertNothingLost() {
		this.transport.close();
		assertThat(this.faults).isEmpty();
		ByteBufAllocator.DEFAULT.directBuffer(16).touch("lost on purpose");
		Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50)).until(() -> {
			System.gc();
			ByteBufAllocator.DEFAULT.directBuffer(16).release();
			return this.leaks.stream().anyMatch((records) -> records.contains("lost on purpose"));
		});
		assertThat(this.leaks).noneMatch((records) -> !records.contains("lost on purpose"));
	}

	// what is sent

	private static List<byte[]> requests(Random random) {
		List<byte[]> frames = new ArrayList<>();
		frames.add(PREFACE);
		frames.add(frame(4, 0, 0, new byte[0]));
		int next = 1;
		for (int i = random.nextInt(30); i >= 0; i--) {
			int stream = 1 + 2 * random.nextInt(Math.max(1, next / 2 + 1));
			if (random.nextInt(3) == 0) {
				stream = next;
				next += 2;
				frames.add(frame(1, 4 + random.nextInt(2), stream, request(random)));
			}
			frames.add(any(random, stream));
		}
		return frames;
	}

	private static List<byte[]> answers(Random random) {
		List<byte[]> frames = new ArrayList<>();
		frames
			.add(frame(1, 4, 3, block(":status", "200", "content-type", "application/grpc", "grpc-encoding", "gzip")));
		for (int i = random.nextInt(20); i >= 0; i--) {
			frames.add(any(random, 3));
		}
		frames.add(frame(1, 5, 3, block("grpc-status", "0", "x-trailer", "t")));
		return frames;
	}

	private static byte[] request(Random random) {
		String type = random.nextBoolean() ? "application/grpc" : "application/json";
		return block(":method", random.nextInt(8) == 0 ? "GET" : "POST", ":scheme", "http", ":path", "/test.Echo/Say",
				"content-type", type, "te", "trailers", "x-user", "x".repeat(random.nextInt(500)), "grpc-encoding",
				random.nextInt(5) == 0 ? "snappy" : "gzip");
	}

	private static byte[] any(Random random, int stream) {
		byte[] noise = new byte[random.nextInt(40)];
		random.nextBytes(noise);
		return switch (random.nextInt(12)) {
			case 0 -> frame(1, 5, stream, block("x-trailer", "t"));
			case 1 -> frame(3, 0, stream, number(random.nextInt(15)));
			case 2 -> frame(4, random.nextInt(2), 0, random.nextBoolean() ? new byte[0]
					: concat(new byte[] { 0, (byte) random.nextInt(8) }, number(random.nextInt())));
			case 3 -> frame(6, random.nextInt(2), 0, new byte[8]);
			case 4 -> frame(7, 0, 0, concat(number(random.nextInt(10)), number(0), noise));
			case 5 -> frame(8, 0, random.nextBoolean() ? 0 : stream, number(random.nextInt()));
			case 6 -> frame(9, random.nextInt(5), stream, noise);
			case 7 -> frame(random.nextInt(20), random.nextInt(256), stream, noise);
			case 8 -> frame(2, 0, stream, concat(number(random.nextInt()), new byte[] { 7 }));
			default -> frame(0, random.nextInt(6) == 0 ? 1 : 0, stream, message(random));
		};
	}

	private static byte[] message(Random random) {
		byte[] body = new byte[random.nextInt(random.nextInt(4) == 0 ? 15_000 : 100)];
		boolean compressed = random.nextInt(3) == 0;
		byte[] bytes = compressed ? Gzip.deflate(body) : body;
		return concat(new byte[] { (byte) (compressed ? 1 : 0) }, number(bytes.length), bytes);
	}

	/** The frames, or some of their bytes, changed, doubled, left out or swapped. */
	private static byte[] damaged(List<byte[]> frames, Random random) {
		if (random.nextInt(4) == 0) {
			Collections.swap(frames, random.nextInt(frames.size()), random.nextInt(frames.size()));
		}
		byte[] bytes = concat(frames.toArray(byte[][]::new));
		int changes = random.nextInt(4);
		for (int i = 0; i < changes && bytes.length > 1; i++) {
			int at = random.nextInt(bytes.length);
			int end = Math.min(bytes.length, at + 1 + random.nextInt(30));
			byte[] front = java.util.Arrays.copyOf(bytes, at);
			byte[] part = java.util.Arrays.copyOfRange(bytes, at, end);
			byte[] rest = java.util.Arrays.copyOfRange(bytes, end, bytes.length);
			switch (random.nextInt(5)) {
				case 0 -> bytes[at] = (byte) random.nextInt();
				case 1 -> bytes = concat(front, rest);
				case 2 -> bytes = concat(front, part, part, rest);
				case 3 -> bytes = front;
				default -> bytes[at] ^= (byte) (1 << random.nextInt(8));
			}
		}
		return bytes;
	}

	private static byte[] frame(int type, int flags, int stream, byte[] payload) {
		return concat(new byte[] { (byte) (payload.length >> 16), (byte) (payload.length >> 8), (byte) payload.length,
				(byte) type, (byte) flags }, number(stream), payload);
	}

	/** Headers, each entered into the table of HPACK. */
	private static byte[] block(String... namesAndValues) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		for (int i = 0; i < namesAndValues.length; i++) {
			if (i % 2 == 0) {
				out.write(0x40);
			}
			byte[] text = ascii(namesAndValues[i]);
			if (text.length < 127) {
				out.write(text.length);
			}
			else {
				out.write(127);
				int rest = text.length - 127;
				for (; rest >= 128; rest /= 128) {
					out.write(rest % 128 + 128);
				}
				out.write(rest);
			}
			out.writeBytes(text);
		}
		return out.toByteArray();
	}

	private static byte[] number(int value) {
		return new byte[] { (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value };
	}

	private static byte[] concat(byte[]... parts) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			out.writeBytes(part);
		}
		return out.toByteArray();
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	/** Sends back what comes, and ends when its caller does. */
	private record Echo(Socket socket) implements Receiver {

		@Override
		public void onMessage(Message message) {
			boolean call = message.headers().contains(Headers.CALL_PROTOCOL);
			boolean end = message.headers().contains(Headers.END);
			send(this.socket,
					call ? Message.of(Metadata.of(Headers.HTTP_STATUS, "200", "grpc-encoding", "gzip"))
							: end ? Message.of(Metadata.of(Headers.END, "", "grpc-status", "0"))
									: new Message(Metadata.empty(), message.body()));
		}

		@Override
		public void onRefused(Message head, MicroException error) {
			send(this.socket, Message.of(Metadata.of(Headers.END, "", "grpc-status", "8")));
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
		}

	}

	/** Waits for the end. */
	private record Ender(CompletableFuture<String> ended) implements Receiver {

		@Override
		public void onMessage(Message message) {
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			this.ended.complete(String.valueOf(cause));
		}

	}

}
