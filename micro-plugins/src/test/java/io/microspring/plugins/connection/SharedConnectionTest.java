package io.microspring.plugins.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.concurrent.Threads;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class SharedConnectionTest {

	private static final Duration LONG = Duration.ofSeconds(40);

	private final SharedConnection<Line> shared = new SharedConnection<>(Broker.memory(), (line) -> !line.lost);

	private final AtomicInteger made = new AtomicInteger();

	private final CountDownLatch connecting = new CountDownLatch(1);

	private final CountDownLatch answer = new CountDownLatch(1);

	@Test
	void itIsMadeOnceForAllThreads() throws Exception {
		List<CompletableFuture<Line>> all = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			all.add(start(() -> this.shared.get(LONG, this::answeredLate)));
		}
		this.connecting.await();
		this.answer.countDown();
		Line first = result(all.get(0));
		for (CompletableFuture<Line> one : all) {
			assertThat(result(one)).isSameAs(first);
		}
		assertThat(this.made).hasValue(1);
	}

	@Test
	void itIsMadeAnewOnceItWasLostOrCouldNotBeMade() {
		assertThatIllegalStateException().isThrownBy(() -> this.shared.get(LONG, () -> {
			throw new IllegalStateException("nobody answers");
		}));
		Line first = this.shared.get(LONG, this::answered);
		assertThat(this.shared.get(LONG, this::answered)).isSameAs(first);
		first.lost = true;
		Line second = this.shared.get(LONG, this::answered);
		assertThat(second).isNotSameAs(first);
		assertThat(this.shared.get(LONG, this::answered)).isSameAs(second);
	}

	@Test
	void whoWaitsTooLongForAnotherThreadIsToldSo() throws Exception {
		CompletableFuture<Line> first = start(() -> this.shared.get(LONG, this::answeredLate));
		this.connecting.await();
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> this.shared.get(Duration.ofMillis(20), this::answered))
			.withMessageContaining("is still being connected to after 20 ms");
		this.answer.countDown();
		assertThat(this.shared.get(LONG, this::answered)).isSameAs(result(first));
	}

	@Test
	void whoIsInterruptedIsToldSoAndStaysInterrupted() throws Exception {
		start(() -> this.shared.get(LONG, this::answeredLate));
		this.connecting.await();
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> this.shared.get(LONG, this::answered))
			.withMessageContaining("interrupted while connecting");
		assertThat(Thread.interrupted()).isTrue();
		this.answer.countDown();
	}

	@Test
	void nothingIsMadeOnceItIsClosedAndWhatIsThereCanBeHadUntilThen() {
		Line line = this.shared.get(LONG, this::answered);
		this.shared.stop();
		assertThat(this.shared.isClosed()).isTrue();
		assertThat(this.shared.get(LONG, this::answered)).isSameAs(line);
		line.lost = true;
		assertClosed();
		line.lost = false;
		this.shared.close((ended) -> ended.ended++);
		this.shared.close((ended) -> ended.ended++);
		assertThat(line.ended).isEqualTo(1);
		assertClosed();
		assertThat(this.made).hasValue(1);
	}

	private void assertClosed() {
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> this.shared.get(LONG, this::answered))
			.withMessageContaining("is closed");
		assertThatExceptionOfType(BrokerException.class).isThrownBy(this.shared::requireOpen);
	}

	@Test
	void closingWaitsForWhoConnectsAndEndsTheConnection() throws Exception {
		CompletableFuture<Line> late = start(() -> this.shared.get(LONG, this::answeredLate));
		this.connecting.await();
		CompletableFuture<Void> closed = start(() -> {
			this.shared.close((line) -> line.ended++);
			return null;
		});
		Awaitility.await().atMost(LONG).until(this.shared::isClosed);
		assertThat(closed).isNotDone();
		this.answer.countDown();
		closed.get(LONG.toSeconds(), TimeUnit.SECONDS);
		assertThat(result(late).ended).isEqualTo(1);
	}

	private Line answered() {
		this.made.incrementAndGet();
		return new Line();
	}

	private Line answeredLate() {
		this.connecting.countDown();
		try {
			assertThat(this.answer.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		return answered();
	}

	private static <T> CompletableFuture<T> start(Supplier<T> task) {
		return CompletableFuture.supplyAsync(task, (run) -> Threads.start("caller", run));
	}

	private static Line result(CompletableFuture<Line> line) throws Exception {
		return line.get(LONG.toSeconds(), TimeUnit.SECONDS);
	}

	/** A connection, as far as this knows of it. */
	private static final class Line {

		private volatile boolean lost;

		private volatile int ended;

	}

}
