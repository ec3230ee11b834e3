package io.microspring.benchmarks.worker;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TallyTest {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	@Test
	void onlyWhatEndsWithinTheWindowCounts() {
		Tally tally = new Tally(10 * SECOND, SECOND);

		assertThat(tally.record(0, 9 * SECOND, 10 * SECOND - 1, null)).isTrue();
		assertThat(tally.record(1, 9 * SECOND, 10 * SECOND, null)).isTrue();
		assertThat(tally.record(2, 10 * SECOND, 11 * SECOND - 1, null)).isTrue();
		assertThat(tally.record(3, 10 * SECOND, 11 * SECOND, null)).isFalse();

		assertThat(tally.result().calls()).isEqualTo(2);
		assertThat(tally.result().rate()).isEqualTo(2.0);
	}

	@Test
	void percentilesAreOfAllSlotsTogether() {
		Tally tally = new Tally(0, SECOND);
		for (int call = 1; call <= 100; call++) {
			tally.record(call, 0, call * 1_000_000L, null);
		}

		Result result = tally.result();

		assertThat(result.p50()).isBetween(49_900_000L, 50_100_000L);
		assertThat(result.p99()).isBetween(98_800_000L, 99_200_000L);
		assertThat(result.max()).isBetween(99_800_000L, 100_200_000L);
	}

	@Test
	void aFailureIsNoCallAndTheFirstIsKept() {
		Tally tally = new Tally(0, SECOND);

		tally.record(0, 0, 1, new IllegalStateException("the first\nof two"));
		tally.record(0, 0, 1, new IllegalStateException("the second"));

		Result result = Result.parse(tally.result().toLine());
		assertThat(result.calls()).isZero();
		assertThat(result.failures()).isEqualTo(2);
		assertThat(result.failure()).isEqualTo("java.lang.IllegalStateException: the first of two");
	}

}
