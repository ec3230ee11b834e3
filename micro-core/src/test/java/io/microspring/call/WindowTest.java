package io.microspring.call;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WindowTest {

	private static final int SIZE = 2048;

	private final List<Boolean> reading = Collections.synchronizedList(new ArrayList<>());

	private final AtomicInteger messages = new AtomicInteger();

	private final AtomicLong bytes = new AtomicLong();

	private final AtomicLong clock = new AtomicLong();

	private final Window<byte[]> window = new Window<>(this.reading::add, (message) -> message.length,
			(count, size) -> {
				this.messages.addAndGet(count);
				this.bytes.addAndGet(size);
			}, this.clock::get);

	@Test
	void manyMessagesHoldBackTheSenderUntilHalfAreTaken() {
		for (int i = 0; i < SIZE - 1; i++) {
			this.window.add(new byte[1]);
		}
		assertThat(this.reading).isEmpty();
		this.window.add(new byte[1]);
		assertThat(this.reading).containsExactly(false);
		for (int i = 0; i < SIZE / 2; i++) {
			take();
		}
		assertThat(this.reading).containsExactly(false);
		take();
		assertThat(this.reading).containsExactly(false, true);
	}

	@Test
	void senderOfASlowTakerGoesOnNowAndThen() {
		for (int i = 0; i < SIZE; i++) {
			this.window.add(new byte[1]);
		}
		take();
		take();
		assertThat(this.reading).containsExactly(false);
		this.clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
		take();
		assertThat(this.reading).containsExactly(false, true);
		assertThat(this.messages).hasValue(3);
		for (int i = 0; i < 3; i++) {
			this.window.add(new byte[1]);
		}
		assertThat(this.reading).containsExactly(false, true, false);
	}

	@Test
	void whatIsDroppedIsToldWithWhatWasBatchedAndIsNoGoodEnd() {
		for (int i = 0; i < 10; i++) {
			this.window.add(new byte[10]);
		}
		this.window.end(null);
		take();
		take();
		this.window.drop(MicroException.plain("too late"));
		assertThat(this.messages).hasValue(10);
		assertThat(this.bytes).hasValue(100);
		assertThatThrownBy(this::takeOrEnd).hasMessageContaining("too late");
		assertThat(this.messages).hasValue(10);
	}

	@Test
	void whatIsTakenOutOfTheQueueAtOnceCountsUntilItIsTaken() {
		this.window.add(new byte[1]);
		take();
		for (int i = 0; i < SIZE / 2; i++) {
			this.window.add(new byte[1]);
		}
		take();
		for (int i = 0; i < SIZE / 2; i++) {
			this.window.add(new byte[1]);
		}
		assertThat(this.reading).isEmpty();
		this.window.add(new byte[1]);
		assertThat(this.reading).containsExactly(false);
	}

	@Test
	void saysWhatIsNoLongerThere() {
		for (int i = 0; i < 3; i++) {
			this.window.add(new byte[10]);
		}
		take();
		assertThat(this.messages).hasValue(1);
		take();
		take();
		this.window.add(new byte[10]);
		take();
		assertThat(this.messages).hasValue(4);
		assertThat(this.bytes).hasValue(40);
		this.window.add(new byte[10]);
		this.window.close();
		assertThat(this.messages).hasValue(5);
		this.window.add(new byte[10]);
		assertThat(this.messages).hasValue(6);
		assertThat(this.bytes).hasValue(60);
		assertThat(this.window.take(Deadline.NONE, () -> MicroException.plain("never"))).isNull();
	}

	@Test
	void whatCameBeforeTheEndIsTakenInOrder() throws Exception {
		CompletableFuture<Integer> taken = CompletableFuture.supplyAsync(() -> {
			int next = 0;
			for (byte[] message = takeOrEnd(); message != null; message = takeOrEnd()) {
				assertThat(message[0]).isEqualTo((byte) next++);
			}
			return next;
		});
		for (int i = 0; i < 100_000; i++) {
			this.window.add(new byte[] { (byte) i });
		}
		this.window.end(null);
		assertThat(taken.get(10, TimeUnit.SECONDS)).isEqualTo(100_000);
	}

	@Test
	void fewLargeMessagesHoldBackTheSenderToo() {
		this.window.add(new byte[3 * 1024 * 1024]);
		assertThat(this.reading).isEmpty();
		this.window.add(new byte[3 * 1024 * 1024]);
		assertThat(this.reading).containsExactly(false);
		take();
		assertThat(this.reading).containsExactly(false);
		take();
		assertThat(this.reading).containsExactly(false, true);
	}

	private void take() {
		assertThat(takeOrEnd()).isNotNull();
	}

	private byte @Nullable [] takeOrEnd() {
		return this.window.take(Deadline.NONE, () -> MicroException.plain("never"));
	}

}
