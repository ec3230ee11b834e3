package io.microspring.concurrent;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * How long is waited before an attempt.
 */
class BackoffTest {

	@Test
	void secondGenerationsTableIsGos() {
		assertThat(millis(Backoff.goMicro(), 15)).containsExactly(100L, 600L, 1900L, 4300L, 7900L, 13000L, 19800L,
				28500L, 39200L, 52200L, 67700L, 85800L, 106600L, 120_000L, 120_000L);
	}

	@Test
	void firstGenerationsTableIsGos() {
		assertThat(millis(Backoff.goMicroV1(), 5)).containsExactly(10L, 100L, 1000L, 10_000L, 100_000L);
		assertThat(Backoff.goMicroV1().before(1000)).isPositive();
	}

	@Test
	void exponentialGrowsToItsCeiling() {
		Backoff backoff = Backoff.exponential(Duration.ofMillis(50), 3, Duration.ofSeconds(1), 0);

		assertThat(millis(backoff, 5)).containsExactly(50L, 150L, 450L, 1000L, 1000L);
		assertThat(backoff.before(10_000)).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void jitterKeepsWithinItsPart() {
		Backoff backoff = Backoff.exponential(Duration.ofMillis(1000), 1, Duration.ofSeconds(1), 0.25);

		List<Long> times = millis(backoff, 500);

		assertThat(times).allMatch((time) -> time >= 750 && time <= 1250);
		assertThat(times.stream().distinct().count()).isGreaterThan(10);
	}

	@Test
	void valuesOutOfBoundsAreRefused() {
		assertThatThrownBy(() -> Backoff.exponential(Duration.ofMillis(1), 0.5, Duration.ofSeconds(1), 0))
			.isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("factor 0.5");
		assertThatThrownBy(() -> Backoff.exponential(Duration.ofMillis(1), 2, Duration.ofSeconds(1), Double.NaN))
			.isInstanceOf(IllegalArgumentException.class);
		assertThatThrownBy(() -> Backoff.exponential(Duration.ofMillis(-1), 2, Duration.ofSeconds(1), 0))
			.isInstanceOf(IllegalArgumentException.class);
	}

	private static List<Long> millis(Backoff backoff, int attempts) {
		return IntStream.rangeClosed(1, attempts).mapToObj((attempt) -> backoff.before(attempt).toMillis()).toList();
	}

}
