package io.microspring.call;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class DeadlineTest {

	@Test
	void whatIsLeftShrinksAndEndsAtZero() {
		Deadline deadline = Deadline.after(Duration.ofMillis(50));

		assertThat(deadline.remaining()).isPositive().isLessThanOrEqualTo(Duration.ofMillis(50));
		await().atMost(Duration.ofSeconds(5)).until(deadline::isExpired);
		assertThat(deadline.remainingNanos()).isLessThanOrEqualTo(0);
		assertThat(deadline.remaining()).isZero();
	}

	@Test
	void negativeTimeHasPassedAlready() {
		assertThat(Deadline.after(Duration.ofSeconds(-1)).isExpired()).isTrue();
		assertThat(Deadline.afterNanos(Long.MIN_VALUE).isExpired()).isTrue();
		assertThat(Deadline.after(Duration.ofSeconds(Long.MIN_VALUE)).isExpired()).isTrue();
	}

	@Test
	void moreThanAYearIsAYear() {
		assertThat(Deadline.afterNanos(Long.MAX_VALUE).remaining()).isLessThanOrEqualTo(Duration.ofDays(365));
		Deadline longest = Deadline.after(Duration.ofSeconds(Long.MAX_VALUE));
		assertThat(longest.remaining()).isBetween(Duration.ofDays(364), Duration.ofDays(365));
		assertThat(longest.isExpired()).isFalse();
	}

	@Test
	void noneIsFurtherAwayThanAny() {
		Deadline near = Deadline.after(Duration.ofSeconds(1));
		Deadline far = Deadline.after(Duration.ofSeconds(2));

		assertThat(near.earliest(far)).isSameAs(near);
		assertThat(far.earliest(near)).isSameAs(near);
		assertThat(near.earliest(Deadline.NONE)).isSameAs(near);
		assertThat(Deadline.NONE.earliest(near)).isSameAs(near);
		assertThat(near).isLessThan(far);
		assertThat(far).isLessThan(Deadline.NONE);
	}

	@Test
	void noneNeverPasses() {
		assertThat(Deadline.NONE.isNone()).isTrue();
		assertThat(Deadline.NONE.isExpired()).isFalse();
		assertThat(Deadline.NONE.remainingNanos()).isEqualTo(Long.MAX_VALUE);
		assertThat(Deadline.NONE).hasToString("none").isEqualTo(Deadline.NONE);
		assertThat(Deadline.afterNanos(1).isNone()).isFalse();
	}

}
