package io.microspring.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many further attempts a budget allows.
 */
class RetryTokensTest {

	private final AtomicLong now = new AtomicLong(-5);

	private final RetryTokens tokens = new RetryTokens(this.now::get);

	@Test
	void fiveCallsPayForOneFurtherAttempt() {
		RetryBudget budget = new RetryBudget(0.2, 0);
		assertThat(taken(budget)).isZero();

		calls(4);
		assertThat(taken(budget)).isZero();
		calls(1);
		assertThat(taken(budget)).isEqualTo(1);
		calls(50);
		assertThat(taken(budget)).isEqualTo(10);
	}

	@Test
	void eachSecondPaysForSomeMore() {
		RetryBudget budget = new RetryBudget(0, 10);
		assertThat(taken(budget)).isEqualTo(10);

		this.now.addAndGet(Duration.ofMillis(500).toNanos());
		assertThat(taken(budget)).isEqualTo(5);
	}

	@Test
	void noMoreIsSavedThanAHundredOrASecondIsWorth() {
		calls(1_000_000);
		assertThat(taken(RetryBudget.defaults())).isEqualTo(100);
		this.now.addAndGet(Duration.ofDays(1).toNanos());
		assertThat(taken(new RetryBudget(0.2, 250))).isEqualTo(250);
	}

	@Test
	void budgetOfOneEndpointDoesNotSpendWhatOthersEarned() {
		RetryBudget others = new RetryBudget(0.2, 0);
		calls(50);

		assertThat(taken(new RetryBudget(0, 0))).isZero();
		assertThat(taken(new RetryBudget(0.1, 0))).isEqualTo(5);
		assertThat(taken(others)).isEqualTo(10);
	}

	@Test
	void budgetsWithoutNumberAreNotRemembered() {
		calls(1_000_000);
		for (int i = 1; i <= 16; i++) {
			assertThat(this.tokens.take(new RetryBudget(i, 0))).isTrue();
		}

		assertThat(this.tokens.take(new RetryBudget(17, 0))).isFalse();
		assertThat(this.tokens.take(new RetryBudget(1, 0))).isTrue();
	}

	@Test
	void unlimitedBudgetHasNoEnd() {
		assertThat(IntStream.range(0, 10_000).allMatch((i) -> this.tokens.take(RetryBudget.unlimited()))).isTrue();
	}

	private void calls(int count) {
		IntStream.range(0, count).forEach((i) -> this.tokens.earn());
	}

	private int taken(RetryBudget budget) {
		int count = 0;
		while (count < 10_000 && this.tokens.take(budget)) {
			count++;
		}
		return count;
	}

}
