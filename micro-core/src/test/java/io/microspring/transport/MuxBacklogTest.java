package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is held on a multiplexed connection for whoever does not take it.
 */
class MuxBacklogTest {

	private static final int BODY = 100_000;

	/** So many messages use up the credit that a stream begins with. */
	private static final int FILLING = 3;

	private static final HttpOptions OPTIONS = HttpOptions.defaults().withMaxMessageSize(BODY);

	/** What all streams may hold. */
	private static final long MOST = 1000 * 256 * 1024 + 16 * 1024 * 1024;

	/** What all answers may hold. */
	private static final long MOST_ANSWERS = 64 * 1024 * 1024;

	private final BlockingQueue<Socket> streams = new LinkedBlockingQueue<>();

	private final Queue<Throwable> ends = new ConcurrentLinkedQueue<>();

	private final BlockingQueue<IncomingCall> calls = new LinkedBlockingQueue<>();

	/** Whether receivers say that they have done with what they are given. */
	private volatile boolean taking;

	/** Whether receivers are given anything. */
	private volatile boolean reading = true;

	private Transport transport = Transport.http(OPTIONS);

	@AfterEach
	void close() {
		this.transport.close();
	}

	@Test
	void streamWhosePeerTakesNothingIsGivenUp() throws Exception {
		this.transport = Transport.http(OPTIONS.withIdleTimeout(Duration.ofSeconds(2)));
		try (RawConnection client = open()) {
			client.write(MuxLimitsTest.frames(MuxBacklogTest::opening));
			Socket stream = this.streams.poll(10, TimeUnit.SECONDS);
			assertThat(stream).isNotNull();
			send(stream, 10);
			Frame last = skip(client, MuxFrame.FAILURE);
			assertThat(last.rest()).contains("408").contains("does not take what it is sent");
		}
		await().untilAsserted(() -> assertThat(this.ends).hasSize(1));
		assertThat(reason()).satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));
	}

	@Test
	void streamWhosePeerTakesALittleNowAndThenGoesOn() throws Exception {
		this.transport = Transport.http(OPTIONS.withIdleTimeout(Duration.ofSeconds(2)));
		try (RawConnection client = open()) {
			client.write(MuxLimitsTest.frames(MuxBacklogTest::opening));
			Socket stream = this.streams.poll(10, TimeUnit.SECONDS);
			assertThat(stream).isNotNull();
			send(stream, 10);
			int messages = 0;
			while (messages < 6) {
				Frame next = read(client);
				messages += (next.type() == MuxFrame.MESSAGE) ? 1 : 0;
				if (next.type() == MuxFrame.PING) {
					client.write(MuxLimitsTest.frames((out) -> {
						MuxFrame.writeEmpty(out, MuxFrame.PONG, 0);
						credit(out, BODY);
					}));
				}
				assertThat(next.type()).isIn(MuxFrame.MESSAGE, MuxFrame.PING);
			}
			assertThat(stream.isOpen()).isTrue();
		}
	}

	@Test
	void ownStreamWhosePeerTakesNothingIsGivenUp() throws Exception {
		this.reading = false;
		this.transport = Transport.http(OPTIONS.withIdleTimeout(Duration.ofSeconds(2)));
		Listener listener = listen();
		try (Multiplex client = this.transport.dialMultiplex(listener.address(), Duration.ofSeconds(10))
			.get(10, TimeUnit.SECONDS)) {
			Socket stream = client.open();
			stream.receive(new Keeping(stream));
			stream.send(Message.of(Metadata.of(Headers.SERVICE, "s", Headers.ENDPOINT, "A.B")));
			send(stream, 10);
			// both ends: the one that gave it up, and the one that was told
			await().untilAsserted(() -> assertThat(this.ends).isNotEmpty());
			assertThat(reason()).satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));
			assertThat(client.isOpen()).isTrue();
		}
	}

	@Test
	void streamsThatUseUpTheirCreditGoOn() throws Exception {
		assertThat(failuresWhenFilled(600, false)).isZero();
	}

	@Test
	void streamsThatHoldTooMuchTogetherAreGivenUp() throws Exception {
		int failures = failuresWhenFilled(1000, false);
		assertThat((long) (1000 - failures) * FILLING * BODY).isBetween(MOST / 2, MOST);
		assertThat(this.ends).hasSizeGreaterThanOrEqualTo(failures);
		assertThat(reason().code()).isEqualTo(429);
	}

	/** How many streams are given up when that many use up what credit they have. */
	private int failuresWhenFilled(int count, boolean cancelled) throws Exception {
		try (RawConnection client = open()) {
			for (int i = 1; i <= count; i++) {
				fill(client, i, cancelled);
			}
			call(client, count + 1);
			IncomingCall call = this.calls.poll(10, TimeUnit.SECONDS);
			assertThat(call).isNotNull();
			call.answer(Metadata.empty(), call.body());
			int failures = 0;
			for (Frame next = read(client); next.type() != MuxFrame.ANSWER; next = read(client)) {
				if (next.type() != MuxFrame.CREDIT) {
					assertThat(next.type()).isEqualTo(MuxFrame.FAILURE);
					assertThat(next.rest()).contains("429").contains("hold more than " + MOST);
					failures++;
				}
			}
			return failures;
		}
	}

	@Test
	void whatHandlersHoldCountsAlsoWhenTheCallerHasCancelled() throws Exception {
		int failures = failuresWhenFilled(1100, true);
		assertThat((long) (1100 - failures) * FILLING * BODY).isBetween(MOST / 2, MOST);
	}

	@Test
	void whatHandlersTakeAfterTheCallerHasCancelledNoLongerCounts() throws Exception {
		try (RawConnection client = open()) {
			for (int i = 1; i <= 1100; i++) {
				fill(client, i, true);
				Socket stream = this.streams.poll(10, TimeUnit.SECONDS);
				assertThat(stream).isNotNull();
				await().pollInterval(Duration.ofMillis(1)).until(() -> !stream.isOpen());
				stream.taken(FILLING, FILLING * BODY);
			}
			call(client, 2000);
			assertThat(this.calls.poll(10, TimeUnit.SECONDS)).isNotNull();
		}
	}

	@Test
	void withheldCreditIsGivenThoughWhatWasTakenIsCountedForOthersMeanwhile() throws Exception {
		int count = 80;
		int each = 20_000;
		try (RawConnection client = open()) {
			for (int i = 1; i <= count; i++) {
				int id = i;
				client.write(MuxLimitsTest.frames((out) -> fill(out, id)));
			}
			call(client, count + 1);
			assertThat(this.calls.poll(10, TimeUnit.SECONDS)).isNotNull();
			List<Socket> opened = new ArrayList<>(this.streams);
			List<Integer> credited = new ArrayList<>();
			for (int i = 0; i < FILLING * BODY / each; i++) {
				opened.get(count - 1).taken(0, each);
				// for which the streams are counted anew
				opened.get(60 + i).taken(0, BODY);
				do {
					credited.add((int) skip(client, MuxFrame.CREDIT).rest().charAt(0));
				}
				while (credited.get(credited.size() - 1) != 61 + i);
			}
			assertThat(credited).contains(count);
		}
	}

	private static void fill(ByteBuf out, int id) {
		MuxLimitsTest.headers(out, MuxFrame.OPEN, id, Metadata.of(Headers.SERVICE, "s", Headers.ENDPOINT, "A.B"));
		for (int j = 0; j < FILLING; j++) {
			MuxLimitsTest.body(out, MuxFrame.MESSAGE, id, BODY);
		}
	}

	private static void fill(RawConnection client, int id, boolean cancelled) throws Exception {
		client.write(MuxLimitsTest.frames((out) -> {
			fill(out, id);
			if (cancelled) {
				MuxFrame.writeEmpty(out, MuxFrame.CANCEL, id);
			}
		}));
	}

	private static void call(RawConnection client, int id) throws Exception {
		client.write(MuxLimitsTest.frames((out) -> {
			MuxLimitsTest.template(out);
			MuxLimitsTest.call(out, id, Metadata.empty(), 0);
		}));
	}

	@Test
	void whatWasTakenDoesNotCount() throws Exception {
		this.taking = true;
		try (RawConnection client = open()) {
			client.write(MuxLimitsTest.frames(MuxBacklogTest::opening));
			for (long sent = 0; sent < 2 * MOST; sent += BODY) {
				client.write(MuxLimitsTest.frames((out) -> MuxLimitsTest.body(out, MuxFrame.MESSAGE, 1, BODY)));
				assertThat(read(client).type()).isEqualTo(MuxFrame.CREDIT);
			}
			assertThat(this.ends).isEmpty();
		}
	}

	@Test
	void answersOfCallsUnderWayThatAreNotTakenAreNotAllHeld() throws Exception {
		int count = 2000;
		try (RawConnection client = open()) {
			client.write(MuxLimitsTest.frames((out) -> {
				MuxLimitsTest.template(out);
				for (int i = 1; i <= count; i++) {
					MuxLimitsTest.call(out, i, Metadata.empty(), 0);
				}
			}));
			await().until(() -> this.calls.size() == count);
			this.calls.forEach((call) -> call.answer(Metadata.empty(), new byte[BODY]));
			long answered = 0;
			for (int i = 0; i < count; i++) {
				Frame next = read(client);
				if (next.type() == MuxFrame.ANSWER) {
					answered += next.rest().length();
				}
				else {
					assertThat(next.type()).isEqualTo(MuxFrame.FAILURE);
					assertThat(next.rest()).contains("503").contains("is not sent");
				}
			}
			// and what the sockets themselves hold
			assertThat(answered).isBetween(MOST_ANSWERS, 2 * MOST_ANSWERS);
		}
	}

	private MicroException reason() {
		Throwable end = this.ends.peek();
		assertThat(end).isInstanceOf(TransportException.class).hasCauseInstanceOf(MicroException.class);
		return (MicroException) end.getCause();
	}

	/** More than there is credit for. */
	private static void send(Socket stream, int messages) {
		for (int i = 0; i < messages; i++) {
			stream.send(new Message(Metadata.empty(), new byte[BODY]));
		}
	}

	private static void opening(ByteBuf out) {
		MuxLimitsTest.headers(out, MuxFrame.OPEN, 1, Metadata.of(Headers.SERVICE, "s", Headers.ENDPOINT, "A.B"));
	}

	private static void credit(ByteBuf out, int more) {
		int start = MuxFrame.begin(out, MuxFrame.CREDIT, 1);
		MuxFrame.writeNumber(out, more);
		MuxFrame.end(out, start);
	}

	private Listener listen() {
		return this.transport.listen("127.0.0.1:0", (socket) -> {
			socket.receive(new Keeping(socket));
			if (socket instanceof MuxStream) {
				socket.reading(this.reading);
				this.streams.add(socket);
			}
		}, (connection) -> new Calls());
	}

	private RawConnection open() throws Exception {
		RawConnection client = RawConnection.to(listen().address());
		client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: micro-mux/1\r\n\r\n");
		assertThat(client.read().start()).startsWith("HTTP/1.1 101");
		return client;
	}

	/** Answers pings until another frame comes. */
	private static Frame skip(RawConnection client, int type) throws Exception {
		Frame next = read(client);
		while (next.type() != type) {
			if (next.type() == MuxFrame.PING) {
				client.write(MuxLimitsTest.frames((out) -> MuxFrame.writeEmpty(out, MuxFrame.PONG, 0)));
			}
			next = read(client);
		}
		return next;
	}

	private static Frame read(RawConnection client) throws Exception {
		int length = Unpooled.copiedBuffer(client.read(4), StandardCharsets.ISO_8859_1).readInt();
		String frame = client.read(length);
		return new Frame(frame.charAt(0), frame.substring(1));
	}

	/** A frame, with its number still in the rest. */
	private record Frame(int type, String rest) {
	}

	private final class Calls implements Multiplexed.Receiver {

		@Override
		public void onCall(IncomingCall call) {
			MuxBacklogTest.this.calls.add(call);
		}

		@Override
		public void onRefused(IncomingCall call, MicroException error) {
			call.refuse();
		}

		@Override
		public void onClosed() {
			// what counts is what the peer sees
		}

	}

	/** Keeps what it is given, and has done with nothing unless told otherwise. */
	private final class Keeping implements Receiver {

		private final Socket socket;

		Keeping(Socket socket) {
			this.socket = socket;
		}

		@Override
		public boolean keepsMessages() {
			return true;
		}

		@Override
		public void onMessage(Message message) {
			if (MuxBacklogTest.this.taking && message.headers().isEmpty()) {
				this.socket.taken(1, message.body().length);
			}
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			if (cause != null) {
				MuxBacklogTest.this.ends.add(cause);
			}
		}

	}

}
