package io.microspring.transport;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What a peer on a multiplexed connection may have us hold, by the frame.
 */
class MuxLimitsTest {

	private static final int HEADERS = 1000;

	private static final int BODY = 100_000;

	private static final HttpOptions OPTIONS = HttpOptions.defaults()
		.withMaxMessageSize(BODY)
		.withMaxHeaderSize(HEADERS);

	private final Transport transport = Transport.http(OPTIONS);

	private final Queue<IncomingCall> calls = new ConcurrentLinkedQueue<>();

	private final Queue<Integer> refused = new ConcurrentLinkedQueue<>();

	/** What is done with a call. */
	private volatile Consumer<IncomingCall> handler = (call) -> call.answer(Metadata.empty(), call.body());

	private Listener listener;

	@BeforeEach
	void listen() {
		this.listener = this.transport.listen("127.0.0.1:0", (socket) -> socket.receive(new Ignoring()),
				(connection) -> new Calls());
	}

	@AfterEach
	void close() {
		this.transport.close();
	}

	@Test
	void headersOverTheLimitCloseTheConnection() throws Exception {
		Metadata large = Metadata.of("a", "x".repeat(HEADERS));
		assertClosed((out) -> headers(out, MuxFrame.TEMPLATE, 0, large));
		assertClosed((out) -> headers(out, MuxFrame.OPEN, 1, large));
		assertClosed((out) -> {
			template(out);
			call(out, 1, large, 0);
		});
		assertThat(this.calls).isEmpty();
	}

	@Test
	void templatesOverTheLimitTogetherCloseTheConnection() throws Exception {
		Metadata large = Metadata.of("a", "x".repeat(HEADERS - 20));
		assertClosed((out) -> {
			for (int i = 0; i < 20; i++) {
				headers(out, MuxFrame.TEMPLATE, i, large);
			}
		});
		try (RawConnection client = open()) {
			client.write(frames((out) -> {
				for (int i = 0; i < 100; i++) {
					// takes the place of the one before
					headers(out, MuxFrame.TEMPLATE, i & 1, large);
				}
				call(out, 1, Metadata.empty(), 1);
			}));
			assertThat(typeOf(client)).isEqualTo(MuxFrame.ANSWER);
		}
	}

	@Test
	void templateOverTheLimitOfFramesClosesTheConnection() throws Exception {
		for (int type : new int[] { MuxFrame.TEMPLATE, MuxFrame.OPEN, MuxFrame.HEADERS }) {
			assertClosed((out) -> body(out, type, 1, BODY + HEADERS));
		}
	}

	@Test
	void headersOfACallerCloseTheConnection() throws Exception {
		assertClosed((out) -> {
			headers(out, MuxFrame.OPEN, 1, Metadata.of(Headers.SERVICE, "s", Headers.ENDPOINT, "A.B"));
			headers(out, MuxFrame.HEADERS, 1, Metadata.of("a", "b"));
		});
	}

	@Test
	void bodiesOverTheLimitLeaveRoomForNoMoreThanBefore() throws Exception {
		BlockingQueue<IncomingCall> held = new LinkedBlockingQueue<>();
		try (RawConnection client = open()) {
			client.write(frames(MuxLimitsTest::template));
			// each would give back what it never took
			for (int i = 1; i <= 400; i++) {
				int id = i;
				client.write(frames((out) -> call(out, id, Metadata.empty(), BODY + 1)));
				assertThat(typeOf(client)).isEqualTo(MuxFrame.FAILURE);
			}
			assertThat(this.refused).hasSize(400);
			this.handler = held::add;
			CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
				for (int i = 1000; i < 1500; i++) {
					int id = i;
					write(client, frames((out) -> call(out, id, Metadata.empty(), BODY)));
				}
			});
			await().until(() -> held.size() > 160);
			await().during(Duration.ofMillis(300)).until(() -> held.size() < 200);
			client.close();
			writing.join();
		}
	}

	@Test
	void whatWasReadAndWaitsIsTakenUpWithoutMoreToRead() throws Exception {
		BlockingQueue<IncomingCall> held = new LinkedBlockingQueue<>();
		this.handler = held::add;
		// far more small calls than may be under way, and nothing behind them
		int count = MuxFrame.MOST_CALLS + 1000;
		try (RawConnection client = open()) {
			client.write(frames((out) -> {
				template(out);
				for (int i = 1; i <= count; i++) {
					call(out, i, Metadata.empty(), 0);
				}
			}));
			await().until(() -> held.size() == MuxFrame.MOST_CALLS);
			await().during(Duration.ofMillis(100)).until(() -> held.size() == MuxFrame.MOST_CALLS);
			for (int i = 1; i <= count; i++) {
				IncomingCall call = held.poll(10, TimeUnit.SECONDS);
				assertThat(call).isNotNull();
				assertThat(call.id()).isEqualTo(i);
				call.refuse();
				assertThat(typeOf(client)).isEqualTo(MuxFrame.REFUSED);
			}
		}
	}

	@Test
	void framesAreReadWhereverTheyAreCut() throws Exception {
		int[] lengths = { 0, 700, 1400, 9000, 20_000, 3 };
		String frames = frames((out) -> {
			for (int i = 0; i < lengths.length; i++) {
				call(out, i + 1, Metadata.empty(), lengths[i]);
			}
		});
		try (RawConnection client = open()) {
			client.write(frames(MuxLimitsTest::template));
			for (int cut = 1; cut < frames.length(); cut += 499) {
				client.writeByteByByte(frames.substring(0, Math.min(cut, 10)));
				client.write(frames.substring(Math.min(cut, 10), cut));
				client.write(frames.substring(cut));
				for (int i = 0; i < lengths.length; i++) {
					assertThat(typeOf(client)).isEqualTo(MuxFrame.ANSWER);
				}
			}
		}
		assertThat(this.calls).allSatisfy((call) -> assertThat(call.body()).hasSize(lengths[call.id() - 1]));
	}

	@Test
	void answersThatAreNotTakenAreTheLastUntilTheyAre() throws Exception {
		this.handler = (call) -> call.answer(Metadata.empty(), new byte[BODY]);
		int count = 2000;
		try (RawConnection client = open()) {
			client.write(frames((out) -> {
				template(out);
				for (int i = 1; i <= count; i++) {
					call(out, i, Metadata.empty(), 0);
				}
			}));
			await().during(Duration.ofMillis(300)).until(() -> this.calls.size() < count / 2);
			for (int i = 1; i <= count; i++) {
				assertThat(typeOf(client)).isEqualTo(MuxFrame.ANSWER);
			}
		}
	}

	@Test
	void headersOverTheLimitFailTheirCallOnly() throws Exception {
		Metadata large = Metadata.of("a", "x".repeat(HEADERS));
		try (Multiplex client = dial()) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(new Made(new CallTemplate(Metadata.empty()), large)))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(431));
			Made template = new Made(new CallTemplate(large), Metadata.empty());
			client.call(template);
			assertThat(template.end()).isEqualTo("refused 431");
			this.handler = (call) -> call.answer(large, call.body());
			Made answered = new Made(new CallTemplate(Metadata.empty()), Metadata.empty());
			client.call(answered);
			assertThat(answered.end()).startsWith("failed").contains("431");
			this.handler = (call) -> call.answer(Metadata.empty(), call.body());
			Made next = new Made(new CallTemplate(Metadata.empty()), Metadata.empty());
			client.call(next);
			assertThat(next.end()).isEqualTo("answered");
		}
	}

	@Test
	void manyLargeTemplatesAreMadeRoomFor() throws Exception {
		try (Multiplex client = dial()) {
			for (int i = 0; i < 200; i++) {
				Made call = new Made(new CallTemplate(Metadata.of("a", "x".repeat(i % 7 * 100))), Metadata.empty());
				client.call(call);
				assertThat(call.end()).isEqualTo("answered");
			}
		}
	}

	private Multiplex dial() throws Exception {
		return this.transport.dialMultiplex(this.listener.address(), Duration.ofSeconds(10)).get(10, TimeUnit.SECONDS);
	}

	private RawConnection open() throws Exception {
		RawConnection client = RawConnection.to(this.listener.address());
		client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: micro-mux/1\r\n\r\n");
		assertThat(client.read().start()).startsWith("HTTP/1.1 101");
		return client;
	}

	private void assertClosed(Consumer<ByteBuf> frames) throws Exception {
		try (RawConnection client = open()) {
			client.write(frames(frames));
			assertThat(client.isAtEnd()).isTrue();
		}
		catch (SocketException hungUpUpon) {
			// as good: not all was read
		}
	}

	private static void write(RawConnection client, String text) {
		try {
			client.write(text);
		}
		catch (IOException closed) {
			// the test is over
		}
	}

	static String frames(Consumer<ByteBuf> writing) {
		ByteBuf out = Unpooled.buffer();
		writing.accept(out);
		return out.toString(StandardCharsets.ISO_8859_1);
	}

	static void template(ByteBuf out) {
		headers(out, MuxFrame.TEMPLATE, 0, Metadata.of(Headers.SERVICE, "s", Headers.ENDPOINT, "A.B"));
	}

	static void headers(ByteBuf out, int type, int id, Metadata headers) {
		int start = MuxFrame.begin(out, type, id);
		MuxFrame.writeHeaders(out, headers);
		MuxFrame.end(out, start);
	}

	static void call(ByteBuf out, int id, Metadata headers, int length) {
		int start = MuxFrame.begin(out, MuxFrame.CALL, id);
		MuxFrame.writeNumber(out, 0);
		MuxFrame.writeNumber(out, 0);
		MuxFrame.writeHeaders(out, headers);
		out.writeZero(length);
		MuxFrame.end(out, start);
	}

	static void body(ByteBuf out, int type, int id, int length) {
		int start = MuxFrame.begin(out, type, id);
		out.writeZero(length);
		MuxFrame.end(out, start);
	}

	/** Reads a frame. */
	private static int typeOf(RawConnection client) throws Exception {
		int length = Unpooled.copiedBuffer(client.read(4), StandardCharsets.ISO_8859_1).readInt();
		return client.read(length).charAt(0);
	}

	private final class Calls implements Multiplexed.Receiver {

		@Override
		public void onCall(IncomingCall call) {
			MuxLimitsTest.this.calls.add(call);
			MuxLimitsTest.this.handler.accept(call);
		}

		@Override
		public void onRefused(IncomingCall call, MicroException error) {
			MuxLimitsTest.this.refused.add(error.code());
			call.fail(new byte[] { 'x' });
		}

		@Override
		public void onClosed() {
			// what counts is what the peer sees
		}

	}

	private static final class Ignoring implements Receiver {

		@Override
		public void onMessage(Message message) {
			// taken
		}

		@Override
		public void onRefused(Message head, MicroException error) {
			// taken
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			// as expected
		}

	}

	private static final class Made extends MultiplexedCall {

		private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

		Made(CallTemplate template, Metadata headers) {
			super(template, headers, 0, new byte[10]);
		}

		@Nullable String end() throws InterruptedException {
			return this.ends.poll(10, TimeUnit.SECONDS);
		}

		@Override
		protected void answered(Metadata headers, byte[] body) {
			this.ends.add("answered");
		}

		@Override
		protected void failed(String text) {
			this.ends.add("failed " + text);
		}

		@Override
		protected void refused(MicroException error) {
			this.ends.add("refused " + error.code());
		}

		@Override
		protected void broken(TransportException failure) {
			this.ends.add("broken " + failure.getMessage());
		}

	}

}
