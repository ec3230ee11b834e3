package io.microspring.options;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

class LimitsTest {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final Duration MINUTE = Duration.ofMinutes(1);

	@Test
	void whatIsAtALimitIsWithinIt() {
		assertThatNoException().isThrownBy(() -> {
			Limits.requireBetween("timeout", SECOND, SECOND, MINUTE);
			Limits.requireBetween("timeout", MINUTE, SECOND, MINUTE);
			Limits.requireBetween("size", 1, 1, 5);
			Limits.requireBetween("size", 5, 1, 5);
			Limits.requireAtLeast("size", 1, 1);
		});
	}

	@Test
	void whatIsBeyondALimitIsNamedWithIt() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Limits.requireBetween("timeout", Duration.ZERO, SECOND, MINUTE))
			.withMessage("timeout must be between PT1S and PT1M, not PT0S");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Limits.requireBetween("timeout", Duration.ofHours(1), SECOND, MINUTE))
			.withMessageContaining("not PT1H");
		assertThatIllegalArgumentException().isThrownBy(() -> Limits.requireBetween("size", 0, 1, 5))
			.withMessage("size must be between 1 and 5, not 0");
		assertThatIllegalArgumentException().isThrownBy(() -> Limits.requireBetween("size", 6, 1, 5))
			.withMessageContaining("not 6");
		assertThatIllegalArgumentException().isThrownBy(() -> Limits.requireAtLeast("size", 0, 1))
			.withMessage("size must be at least 1, not 0");
	}

}
