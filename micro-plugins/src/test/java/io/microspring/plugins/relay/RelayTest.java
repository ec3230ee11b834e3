package io.microspring.plugins.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What becomes of connections when several things happen at once. */
class RelayTest {

	private static final Duration WAIT = Duration.ofSeconds(20);

	private static final long QUARTER = 256 * 1024;

	private final ExecutorService executor = Threads.executor(ExecutorMode.POOL, "relay-test");

	private final Relay relay = new Relay("test", "the server", this.executor);

	@AfterEach
	void close() {
		this.relay.close();
		this.executor.shutdown();
	}

	@Test
	void dialThatNobodyWaitsForAnyMoreOpensNothing() throws Exception {
		CountDownLatch connecting = new CountDownLatch(1);
		CountDownLatch answers = new CountDownLatch(1);
		AtomicInteger opened = new AtomicInteger();
		CompletableFuture<Socket> dialled = this.relay.dial("a", WAIT, () -> false, () -> {
			connecting.countDown();
			await(answers);
		}, () -> {
			opened.incrementAndGet();
			return open(new Line(this.relay, true));
		});
		await(connecting);
		dialled.cancel(false);
		answers.countDown();
		this.executor.shutdown();
		assertThat(this.executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
		assertThat(opened).hasValue(0);
	}

	@Test
	void socketThatIsOpenedWhileTheCallerGivesUpIsClosed() throws Exception {
		CountDownLatch opening = new CountDownLatch(1);
		CountDownLatch over = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		CompletableFuture<Socket> dialled = this.relay.dial("a", WAIT, () -> false, () -> {
		}, () -> {
			opening.countDown();
			await(over);
			return this.relay.open(new Line(this.relay, true), (closing) -> closed.countDown());
		});
		await(opening);
		dialled.cancel(false);
		over.countDown();
		await(closed);
	}

	@Test
	void connectionsThatAreMadeWhileOthersAreLostStay() {
		List<RelaySocket> made = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			this.relay.open(new Line(this.relay, true), (lost) -> made.add(open(new Line(this.relay, true))));
		}
		this.relay.lost();
		assertThat(made).hasSize(100).allMatch(RelaySocket::isOpen);
	}

	@Test
	void largestNumberOfWhatWasTakenIsTold() throws Exception {
		for (int i = 0; i < 300; i++) {
			Line line = new Line(this.relay, true);
			RelaySocket socket = open(line);
			socket.peerIsOurs();
			AtomicInteger missing = new AtomicInteger(2);
			Runnable taking = () -> {
				missing.decrementAndGet();
				while (missing.get() > 0) {
					Thread.onSpinWait();
				}
				socket.taken(0, QUARTER);
			};
			Future<?> other = this.executor.submit(taking);
			taking.run();
			other.get();
			assertThat(line.told).hasValue(2 * QUARTER);
			socket.close();
		}
	}

	@Test
	void socketThatEndedBeforeItWasKnownDoesNotStay() {
		List<Socket> accepted = new ArrayList<>();
		RelayListener listener = new RelayListener(this.relay, "a", accepted::add);
		Caller ended = new Caller(this.relay, true, false);
		listener.hear("key", ended, (socket) -> socket.arrive(message()));
		assertThat(accepted).isEmpty();
		Caller next = new Caller(this.relay, false, false);
		listener.hear("key", next, (socket) -> socket.arrive(message()));
		assertThat(accepted).hasSize(1);
		assertThat(accepted.get(0).isOpen()).isTrue();
	}

	/** Who has died may have spoken last, as in a stream of the client's. */
	@Test
	void strangersThatSayNothingMoreAreForgottenWhoeverHasSpokenLast() {
		List<Socket> accepted = new ArrayList<>();
		RelayListener listener = new RelayListener(this.relay, "a", accepted::add);
		for (String key : List.of("waits", "is answered", "is ours")) {
			listener.hear(key, new Caller(this.relay, false, false), (socket) -> {
				if (key.equals("is ours")) {
					socket.peerIsOurs();
				}
				socket.arrive(message());
			});
		}
		RelaySocket dialled = open(new Line(this.relay, true));
		dialled.send(message());
		accepted.get(1).send(message());
		accepted.get(2).send(message());
		AtomicInteger over = new AtomicInteger();
		accepted.get(0).receive(new Keeping(over));
		this.relay.closeForsaken(WAIT);
		assertThat(accepted).allMatch(Socket::isOpen);
		this.relay.closeForsaken(Duration.ZERO);
		assertThat(accepted).extracting(Socket::isOpen).containsExactly(false, false, true);
		assertThat(over).as("the ends that its handler has heard").hasValue(1);
		assertThat(dialled.isOpen()).isTrue();
		// It comes back.
		listener.hear("is answered", new Caller(this.relay, false, false), (socket) -> socket.arrive(message()));
		assertThat(accepted).hasSize(4);
		assertThat(accepted.get(3).isOpen()).isTrue();
	}

	@Test
	void strangersAreRefusedWhenThereAreVeryManyAndOursAreNot() {
		List<Socket> accepted = new ArrayList<>();
		RelayListener listener = new RelayListener(this.relay, "a", accepted::add);
		AtomicInteger refused = new AtomicInteger();
		for (int i = 0; i <= RelayListener.MOST_STRANGERS; i++) {
			listener.hear("stranger " + i, new Caller(this.relay, false, false, refused),
					(socket) -> socket.arrive(message()));
		}
		assertThat(accepted).hasSize(RelayListener.MOST_STRANGERS);
		assertThat(refused).hasValue(1);
		listener.hear("ours", new Caller(this.relay, false, true, refused), (socket) -> socket.arrive(message()));
		assertThat(accepted).hasSize(RelayListener.MOST_STRANGERS + 1);
		accepted.get(7).send(message());
		listener.makeRoom(WAIT);
		assertThat(accepted).allMatch(Socket::isOpen);
		listener.makeRoom(Duration.ZERO);
		assertThat(accepted).filteredOn((socket) -> !socket.isOpen()).containsExactly(accepted.get(7));
		listener.hear("next", new Caller(this.relay, false, false, refused), (socket) -> socket.arrive(message()));
		assertThat(accepted).hasSize(RelayListener.MOST_STRANGERS + 2);
		assertThat(refused).hasValue(1);
	}

	/** Of messages that are refused they are what is kept. */
	@Test
	void headersCountAmongWhatWaits() {
		for (int size : List.of(0, 2000)) {
			RelaySocket socket = open(new Line(this.relay, false));
			Message large = new Message(Metadata.of("large", "x".repeat(100_000)), new byte[size]);
			for (int i = 0; i < 600; i++) {
				socket.arrive(large);
			}
			assertThat(socket.isOpen()).isTrue();
			for (int i = 0; i < 100; i++) {
				socket.arrive(large);
			}
			assertThat(socket.isOpen()).as("after 700 messages of " + size + " bytes with large headers").isFalse();
		}
	}

	@Test
	void headersCountAmongWhatIsSentAndTakenIn() {
		Line line = new Line(this.relay, true);
		RelaySocket socket = open(line);
		socket.peerIsOurs();
		// What begins with a colon is not sent.
		Message large = Message.of(Metadata.of(":path", "x".repeat(100_000), "large", "x".repeat(100_000)));
		long weight = 512 + 5 + 100_000;
		for (int i = 0; i < 11; i++) {
			assertThat(socket.isWritable()).isEqualTo(i * weight < 4 * QUARTER);
			socket.send(large);
		}
		assertThat(socket.isWritable()).isFalse();
		socket.takenByPeer(11 * weight - 4 * QUARTER + 1);
		assertThat(socket.isWritable()).isTrue();

		socket.receive(new Keeping(new AtomicInteger()));
		for (int i = 0; i < 3; i++) {
			socket.arrive(large);
		}
		assertThat(line.told).as("before the receiver has done with them").hasValue(0);
		socket.taken(3, 0);
		assertThat(line.told).hasValue(3 * weight);
	}

	/** They would make it a call by another protocol. */
	@Test
	void whatIsOfHttpIsHeardAsLittleAsItIsSent() {
		RelaySocket socket = open(new Line(this.relay, false));
		Keeping receiver = new Keeping(new AtomicInteger());
		socket.receive(receiver);
		socket.arrive(Message.of(Metadata.of(":protocol", "grpc", ":path", "/a/b", "Micro-Id", "1")));
		assertThat(receiver.heard).extracting((message) -> message.headers().names())
			.containsExactly(List.of("Micro-Id"));
	}

	@Test
	void tooManyHeadersAreNotSent() {
		RelaySocket socket = open(new Line(this.relay, true));
		Metadata.Builder headers = Metadata.builder();
		for (int i = 0; i < 1000; i++) {
			headers.add("h" + i, "1");
		}
		socket.send(Message.of(headers.build()));
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> socket.send(Message.of(headers.add("one more", "1").build())))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(431))
			.withMessageContaining("1001 headers is not sent to there");
		assertThat(socket.isOpen()).isTrue();
	}

	@Test
	void whoAskedAndHasLeftWasNotDialled() {
		for (boolean dialled : List.of(true, false)) {
			RelaySocket socket = open(new Line(this.relay, dialled));
			Keeping receiver = new Keeping(new AtomicInteger());
			socket.receive(receiver);
			socket.send(message());
			socket.nobodyIsThere();
			assertThat(receiver.cause).isInstanceOfSatisfying(TransportException.class, (ex) -> {
				assertThat(ex.isUnsent()).isEqualTo(dialled);
				assertThat(ex)
					.hasMessage(dialled ? "could not dial there: nobody listens there" : "there is there no more");
			});
		}
	}

	private RelaySocket open(Line line) {
		return this.relay.open(line, (closing) -> {
		});
	}

	private static Message message() {
		return Message.of(Metadata.empty());
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private record Caller(Relay relay, boolean ended, boolean isOurs,
			AtomicInteger refused) implements RelayListener.Caller {

		Caller(Relay relay, boolean ended, boolean isOurs) {
			this(relay, ended, isOurs, new AtomicInteger());
		}

		@Override
		public RelaySocket open(Consumer<RelaySocket> whenClosed) {
			RelaySocket socket = this.relay.open(new Line(this.relay, false), whenClosed);
			if (this.ended) {
				socket.close();
			}
			if (this.isOurs) {
				socket.peerIsOurs();
			}
			return socket;
		}

		@Override
		public void refuse() {
			this.refused.incrementAndGet();
		}

	}

	/** Says when it has done with a message. */
	private static final class Keeping implements Receiver {

		private final List<Message> heard = new ArrayList<>();

		private final AtomicInteger over;

		private Throwable cause;

		Keeping(AtomicInteger over) {
			this.over = over;
		}

		@Override
		public void onMessage(Message message) {
			this.heard.add(message);
		}

		@Override
		public boolean keepsMessages() {
			return true;
		}

		@Override
		public void onClosed(Throwable cause) {
			this.cause = cause;
			this.over.incrementAndGet();
		}

	}

	/** Has nobody at the other end. */
	private static final class Line implements RelayLine {

		private final Relay relay;

		private final boolean dialled;

		private final AtomicLong told = new AtomicLong();

		Line(Relay relay, boolean dialled) {
			this.relay = relay;
			this.dialled = dialled;
		}

		@Override
		public boolean dialled() {
			return this.dialled;
		}

		@Override
		public String local() {
			return "here";
		}

		@Override
		public String remote() {
			return "there";
		}

		@Override
		public String peer() {
			return "there";
		}

		@Override
		public Outgoing prepare(Message message) {
			return (introducing) -> {
			};
		}

		@Override
		public void tell(RelaySignal signal, long number) {
			if (signal == RelaySignal.TAKEN) {
				this.told.accumulateAndGet(number, Math::max);
			}
		}

		@Override
		public boolean tellsStrangers() {
			return false;
		}

		@Override
		public boolean isFree() {
			return true;
		}

		@Override
		public int maxMessageSize() {
			return 1024;
		}

		@Override
		public void met(RelaySocket socket) {
			// It is known already.
		}

		@Override
		public void closed(RelaySocket socket) {
			this.relay.forget(socket);
		}

	}

}
