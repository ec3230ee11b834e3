package io.microspring.broker;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class HttpBrokerOptionsTest {

	private final HttpBrokerOptions defaults = HttpBrokerOptions.defaults();

	@Test
	void subscriptionsAreRenewedNowAndThenAndBeforeTheyAreGone() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.defaults.withRegistration(Duration.ofMinutes(1), Duration.ZERO))
			.withMessageContaining("registerInterval must be between PT0.01S and PT1M, not PT0S");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.defaults.withRegistration(Duration.ofSeconds(10), Duration.ofSeconds(11)))
			.withMessageContaining("registerInterval must be between PT0.01S and PT10S, not PT11S");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.defaults.withRegistration(Duration.ZERO, Duration.ZERO))
			.withMessageContaining("registerTtl");
	}

	@Test
	void messagesHaveRoomAndTime() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.defaults.withMaxMessageSize(0))
			.withMessage("maxMessageSize must be at least 1, not 0");
		assertThatIllegalArgumentException().isThrownBy(() -> this.defaults.withQueue(0, Duration.ofSeconds(1)))
			.withMessage("queueSize must be at least 1, not 0");
		assertThatIllegalArgumentException().isThrownBy(() -> this.defaults.withQueue(1, Duration.ZERO))
			.withMessageContaining("publishTimeout must be between PT0.001S and PT10M");
	}

}
