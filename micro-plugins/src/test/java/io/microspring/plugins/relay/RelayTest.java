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
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

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
		Caller ended = new Caller(this.relay, true);
		listener.hear("key", ended, (socket) -> socket.arrive(message()));
		assertThat(accepted).isEmpty();
		Caller next = new Caller(this.relay, false);
		listener.hear("key", next, (socket) -> socket.arrive(message()));
		assertThat(accepted).hasSize(1);
		assertThat(accepted.get(0).isOpen()).isTrue();
	}

	@Test
	void strangersThatWereAnsweredAndSayNothingMoreAreForgotten() {
		List<Socket> accepted = new ArrayList<>();
		RelayListener listener = new RelayListener(this.relay, "a", accepted::add);
		for (String key : List.of("waits", "is answered", "is ours")) {
			listener.hear(key, new Caller(this.relay, false), (socket) -> {
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
		this.relay.closeForsaken(WAIT);
		assertThat(accepted).allMatch(Socket::isOpen);
		this.relay.closeForsaken(Duration.ZERO);
		assertThat(accepted).extracting(Socket::isOpen).containsExactly(true, false, true);
		assertThat(dialled.isOpen()).isTrue();
		// It comes back.
		listener.hear("is answered", new Caller(this.relay, false), (socket) -> socket.arrive(message()));
		assertThat(accepted).hasSize(4);
		assertThat(accepted.get(3).isOpen()).isTrue();
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

	private record Caller(Relay relay, boolean ended) implements RelayListener.Caller {

		@Override
		public RelaySocket open(Consumer<RelaySocket> whenClosed) {
			RelaySocket socket = this.relay.open(new Line(this.relay, false), whenClosed);
			if (this.ended) {
				socket.close();
			}
			return socket;
		}

		@Override
		public void refuse() {
			throw new IllegalStateException("nobody is refused here");
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
