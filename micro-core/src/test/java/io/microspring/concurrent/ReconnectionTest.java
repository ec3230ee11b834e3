package io.microspring.concurrent;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** When to call again. */
class ReconnectionTest {

	private static final Backoff BACKOFF = Duration::ofSeconds;

	@Test
	void connectionThatBreaksAtOnceIsAFurtherFailure() {
		Reconnection reconnection = new Reconnection(BACKOFF);
		assertThat(reconnection.lost()).isEqualTo(Duration.ofSeconds(1));
		assertThat(reconnection.lost()).isEqualTo(Duration.ofSeconds(2));
		reconnection.made();
		assertThat(reconnection.lost()).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void connectionThatLastedIsMadeAgainSoon() {
		Reconnection reconnection = new Reconnection(BACKOFF, Duration.ZERO);
		reconnection.lost();
		reconnection.lost();
		reconnection.made();
		assertThat(reconnection.lost()).isEqualTo(Duration.ofSeconds(1));
		assertThat(reconnection.lost()).isEqualTo(Duration.ofSeconds(2));
	}

}
