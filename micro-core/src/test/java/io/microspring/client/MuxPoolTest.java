package io.microspring.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.microspring.transport.Listener;
import io.microspring.transport.Multiplex;
import io.microspring.transport.MultiplexedCall;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which multiplexed connection a call is given, and when one is dialled.
 */
class MuxPoolTest {

	private final Dialled dialled = new Dialled();

	private final MuxPool pool = new MuxPool(this.dialled, () -> Duration.ofSeconds(1));

	@Test
	void connectionThatIsFullIsPassedOver() {
		assertThat(this.pool.find("a:1")).isNull();
		assertThat(this.pool.find("a:1")).isNotNull();
		assertThat(this.pool.findForStream("a:1")).isNotNull();

		this.dialled.all.forEach((line) -> line.takesStreams = false);
		assertThat(this.pool.findForStream("a:1")).isNull();
		assertThat(this.pool.find("a:1")).isNotNull();

		this.dialled.all.forEach((line) -> line.takesCalls = false);
		assertThat(this.pool.find("a:1")).isNull();

		this.dialled.all.forEach((line) -> line.takesCalls = true);
		assertThat(this.pool.find("a:1")).isNotNull();
	}

	@Test
	void nodeThatGoesOverAndHangsUpIsLeftAlone() {
		this.dialled.hangUp = true;
		for (int i = 0; i < 1000; i++) {
			assertThat(this.pool.find("a:1")).isNull();
		}

		assertThat(this.dialled.count).hasValueLessThanOrEqualTo(4);
	}

	@Test
	void nodeThatHangsUpAtEachCallIsNotDialledForEachCall() {
		for (int i = 0; i < 1000; i++) {
			this.pool.find("a:1");
			this.dialled.all.forEach(Line::close);
		}

		// up to four at a time, at most once in a second
		assertThat(this.dialled.count).hasValueLessThanOrEqualTo(4 * 4);
	}

	@Test
	void nodeIsDialledAgainThatHungUp() {
		this.pool.find("a:1");
		assertThat(this.pool.find("a:1")).isNotNull();
		this.dialled.all.forEach(Line::close);

		assertThat(this.pool.find("a:1")).isNull();
		await().until(() -> this.pool.find("a:1") != null);
	}

	@Test
	void nodesThatAreGoneMakeRoomForOthers() {
		for (int i = 0; i < 10_000; i++) {
			this.pool.find("a:" + i);
		}
		int before = this.dialled.count.get();
		assertThat(this.pool.find("b:1")).isNull();
		assertThat(this.dialled.count).hasValue(before);

		this.dialled.all.forEach(Line::close);

		await().until(() -> this.pool.find("b:1") != null);
		assertThat(this.dialled.count).hasValueGreaterThan(before);
	}

	@Test
	void nodesThatAreThereAreNotForgotten() {
		for (int i = 0; i < 10_000; i++) {
			this.pool.find("a:" + i);
		}
		for (int i = 0; i < 10; i++) {
			assertThat(this.pool.find("b:" + i)).isNull();
		}

		for (int i = 0; i < 10_000; i++) {
			assertThat(this.pool.find("a:" + i)).isNotNull();
		}
	}

	/** Dials at once. */
	private static final class Dialled implements Transport {

		private final List<Line> all = new ArrayList<>();

		private final AtomicInteger count = new AtomicInteger();

		private boolean hangUp;

		@Override
		public String name() {
			return "http";
		}

		@Override
		public CompletableFuture<Multiplex> dialMultiplex(String address, Duration timeout) {
			Line line = new Line();
			line.open = !this.hangUp;
			this.all.add(line);
			this.count.incrementAndGet();
			return CompletableFuture.completedFuture(line);
		}

		@Override
		public CompletableFuture<Socket> dial(String address, Duration timeout) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Listener listen(String address, Consumer<Socket> onAccept) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void close() {
			// nothing is open
		}

	}

	/** A connection in the state that a test wants. */
	private static final class Line implements Multiplex {

		private volatile boolean open;

		private volatile boolean takesCalls = true;

		private volatile boolean takesStreams = true;

		@Override
		public boolean isOpen() {
			return this.open;
		}

		@Override
		public boolean takesCalls() {
			return this.takesCalls;
		}

		@Override
		public boolean takesStreams() {
			return this.takesStreams;
		}

		@Override
		public int underWay() {
			return 0;
		}

		@Override
		public void call(MultiplexedCall call) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void cancel(MultiplexedCall call) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket open() {
			throw new UnsupportedOperationException();
		}

		@Override
		public String remote() {
			return "a:1";
		}

		@Override
		public void drain() {
			this.open = false;
		}

		@Override
		public void close() {
			this.open = false;
		}

	}

}
