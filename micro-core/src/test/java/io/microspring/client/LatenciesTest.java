package io.microspring.client;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * What is known of how long calls take.
 */
class LatenciesTest {

	private final Latencies latencies = new Latencies();

	@Test
	void nothingIsKnownBeforeAHundredCalls() {
		add(99, 1);
		assertThat(this.latencies.percentile(0.5)).isEqualTo(-1);

		add(1, 1);
		assertThat(this.latencies.percentile(0.5)).isPositive();
	}

	@Test
	void percentileIsExactToAnEighth() {
		for (int millis = 1; millis <= 1000; millis++) {
			add(1, millis);
		}

		for (double part : new double[] { 0.01, 0.1, 0.5, 0.9, 0.95, 0.999 }) {
			double expected = part * TimeUnit.SECONDS.toNanos(1);
			assertThat((double) this.latencies.percentile(part)).isCloseTo(expected, within(expected / 8));
		}
	}

	@Test
	void timesOfAnyLengthAreTaken() {
		add(50, 0);
		this.latencies.add(-1);
		for (int i = 0; i < 50; i++) {
			this.latencies.add(Long.MAX_VALUE);
		}

		assertThat(this.latencies.percentile(0.5)).isLessThan(20);
		assertThat(this.latencies.percentile(0.9)).isNotZero();
	}

	@Test
	void newTimesOutweighOldOnes() {
		add(5000, 1000);
		add(5000, 1);

		assertThat(this.latencies.percentile(0.5)).isLessThan(TimeUnit.MILLISECONDS.toNanos(2));
	}

	private void add(int count, long millis) {
		for (int i = 0; i < count; i++) {
			this.latencies.add(TimeUnit.MILLISECONDS.toNanos(millis));
		}
	}

}
