package io.microspring.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever bytes follow an upgrade, on either end: what is answered are frames, the end
 * is told once, each call ends once, and the next connection works.
 */
class MuxFuzzTest {

	private static final long SEED = 20261121;

	private static final int LIMIT = 1000;

	private static final HttpOptions OPTIONS = HttpOptions.defaults().withMaxMessageSize(LIMIT).withMaxHeaderSize(1000);

	private final BlockingQueue<Boolean> ends = new LinkedBlockingQueue<>();

	@Test
	void serverAnswersFramesOrCloses() throws Exception {
		try (Transport transport = Transport.http(OPTIONS)) {
			String address = transport
				.listen("127.0.0.1:0", (socket) -> socket.receive(new Echo(socket)), (connection) -> new Calls())
				.address();
			repeat((random) -> {
				try (RawConnection client = open(address)) {
					client.write(input(random, true)).finishOutput();
					assertFrames(client.readAll());
				}
				catch (SocketException hungUpUpon) {
					// what breaks the rules is not read to its end
				}
				assertThat(this.ends.poll(10, TimeUnit.SECONDS)).isTrue();
				assertThat(this.ends).isEmpty();
			});
		}
	}

	@Test
	void callsOfAClientEndOnceWhateverItIsAnswered() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Transport transport = Transport.http(OPTIONS)) {
			repeat((random) -> {
				CompletableFuture<Multiplex> dialled = transport.dialMultiplex("127.0.0.1:" + server.getLocalPort(),
						Duration.ofSeconds(10));
				try (java.net.Socket peer = server.accept()) {
					readHead(peer.getInputStream());
					peer.getOutputStream().write(MuxHandshake.ANSWER);
					try (Multiplex client = dialled.get(10, TimeUnit.SECONDS)) {
						List<Call> calls = new ArrayList<>();
						for (int i = 0; i < 4; i++) {
							Call call = new Call();
							calls.add(call);
							client.call(call);
						}
						peer.getOutputStream().write(input(random, false).getBytes(StandardCharsets.ISO_8859_1));
						peer.shutdownOutput();
						for (Call call : calls) {
							assertThat(call.ends.poll(10, TimeUnit.SECONDS)).isNotNull();
							assertThat(call.ends).isEmpty();
						}
					}
				}
			});
		}
	}

	private interface Attempt {

		void with(Random random) throws Exception;

	}

	private static void repeat(Attempt attempt) {
		Long chosen = Long.getLong("micro.fuzz.seed");
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("micro.fuzz.seconds", 2));
		int attempts = 0;
		do {
			long seed = (chosen != null) ? chosen : SEED + attempts;
			try {
				attempt.with(new Random(seed));
			}
			catch (Throwable ex) {
				throw new AssertionError("failed with -Dmicro.fuzz.seed=" + seed + ": " + ex, ex);
			}
			attempts++;
		}
		while (chosen == null && System.nanoTime() < end);
	}

	private static RawConnection open(String address) throws IOException {
		RawConnection client = RawConnection.to(address);
		client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: micro-mux/1\r\n\r\n");
		assertThat(client.read().start()).startsWith("HTTP/1.1 101");
		return client;
	}

	private static void readHead(InputStream in) throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") < 0) {
			head.append((char) in.read());
		}
	}

	/** Whole frames of types that a server sends. */
	private static void assertFrames(String answer) {
		ByteBuf in = Unpooled.copiedBuffer(answer, StandardCharsets.ISO_8859_1);
		while (in.isReadable()) {
			int length = in.readInt();
			assertThat(length).isBetween(2, in.readableBytes());
			int type = in.getByte(in.readerIndex());
			assertThat(type).isIn(MuxFrame.ANSWER, MuxFrame.FAILURE, MuxFrame.REFUSED, MuxFrame.MESSAGE, MuxFrame.END,
					MuxFrame.CREDIT, MuxFrame.PONG, MuxFrame.PING, MuxFrame.CANCEL, MuxFrame.FAREWELL,
					MuxFrame.GOODBYE);
			in.skipBytes(length);
		}
	}

	private static String input(Random random, boolean client) {
		ByteBuf out = Unpooled.buffer();
		if (client) {
			int start = MuxFrame.begin(out, MuxFrame.TEMPLATE, 0);
			MuxFrame.writeHeaders(out, Metadata.of(Headers.SERVICE, "s", Headers.ENDPOINT, "A.B"));
			MuxFrame.end(out, start);
		}
		for (int i = 1 + random.nextInt(8); i > 0; i--) {
			frame(random, out);
		}
		for (int i = (random.nextInt(4) == 0) ? random.nextInt(4) : 0; i > 0; i--) {
			int at = random.nextInt(out.writerIndex());
			out.setByte(at, out.getByte(at) ^ 1 << random.nextInt(8));
		}
		int length = (random.nextInt(6) == 0) ? random.nextInt(out.writerIndex() + 1) : out.writerIndex();
		return out.toString(0, length, StandardCharsets.ISO_8859_1);
	}

	private static void frame(Random random, ByteBuf out) {
		int start = MuxFrame.begin(out, random.nextInt(18), random.nextInt(8));
		if (random.nextInt(3) != 0) {
			MuxFrame.writeNumber(out, random.nextInt(2));
			MuxFrame.writeNumber(out, random.nextInt(1_000_000));
		}
		if (random.nextInt(3) != 0) {
			MuxFrame.writeHeaders(out,
					random.nextBoolean() ? Metadata.empty() : Metadata.of("a", "b", "Timeout", "1000000"));
		}
		byte[] rest = new byte[(random.nextInt(8) == 0) ? random.nextInt(4 * LIMIT) : random.nextInt(100)];
		random.nextBytes(rest);
		out.writeBytes(rest);
		MuxFrame.end(out, start);
		if (random.nextInt(16) == 0) {
			out.setInt(start, random.nextInt());
		}
	}

	/** Answers some at once and some later. */
	private final class Calls implements Multiplexed.Receiver {

		private final List<IncomingCall> later = new ArrayList<>();

		@Override
		public void onCall(IncomingCall call) {
			assertThat(call.body().length).isLessThanOrEqualTo(LIMIT);
			this.later.add(call);
			if (this.later.size() > 1) {
				this.later.forEach((waiting) -> waiting.answer(Metadata.empty(), waiting.body()));
				this.later.clear();
			}
		}

		@Override
		public void onRefused(IncomingCall call, MicroException error) {
			assertThat(error.code()).isEqualTo(413);
			call.fail(new byte[] { 'x' });
		}

		@Override
		public void onClosed() {
			MuxFuzzTest.this.ends.add(true);
		}

	}

	/** Sends back what comes on a stream. */
	private record Echo(Socket socket) implements Receiver {

		@Override
		public void onMessage(Message message) {
			if (this.socket.isOpen() && message.header(Headers.CALL_PROTOCOL) == null) {
				this.socket.send(message);
			}
		}

		@Override
		public void onRefused(Message head, MicroException error) {
			this.socket.close();
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			// the next one is as good
		}

	}

	/** A call that counts how often it ends. */
	private static final class Call extends MultiplexedCall {

		private static final CallTemplate TEMPLATE = new CallTemplate(Metadata.of(Headers.ENDPOINT, "A.B"));

		private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

		Call() {
			super(TEMPLATE, Metadata.empty(), 0, new byte[10]);
		}

		@Override
		protected void answered(Metadata headers, byte[] body) {
			this.ends.add("answered");
		}

		@Override
		protected void failed(String text) {
			this.ends.add("failed");
		}

		@Override
		protected void refused(MicroException error) {
			this.ends.add("refused");
		}

		@Override
		protected void broken(TransportException failure) {
			this.ends.add("broken");
		}

	}

}
