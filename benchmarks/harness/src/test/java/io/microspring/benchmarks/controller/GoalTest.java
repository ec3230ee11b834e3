package io.microspring.benchmarks.controller;

import java.util.List;

import io.microspring.benchmarks.controller.Results.Figure;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GoalTest {

	private static final Figure OURS = new Figure("closed-1-100", "ours", "rate");

	private static final Figure RAW = new Figure("closed-1-100", "raw", "rate");

	private final Results results = new Results();

	@Test
	void ratiosAreFormedWithinARound() {
		rounds(OURS, 50, 200, 90);
		rounds(RAW, 100, 200, 100);

		Spread ratios = this.results.ratios(OURS, RAW);

		assertThat(ratios).isEqualTo(new Spread(0.5, 0.9, 1, 3));
	}

	@Test
	void aRoundThatOneOfThemFailedDoesNotCount() {
		rounds(OURS, 50, 100);
		this.results.add(RAW, 2, 100);

		assertThat(this.results.ratios(OURS, RAW)).isEqualTo(new Spread(1, 1, 1, 1));
	}

	@Test
	void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
		assertThat(Spread.of(4, 1, 2, 3)).isEqualTo(new Spread(1, 2.5, 4, 4));
	}

	@Test
	void whatFallsShortByLessThanTheToleranceIsMet() {
		rounds(OURS, 86);
		rounds(RAW, 100);

		assertThat(met(Goal.atLeast("speed", OURS, RAW, 1))).isTrue();
		assertThat(met(Goal.atLeast("speed", OURS, RAW, 1.02))).isFalse();
		assertThat(met(Goal.atMost("cost", OURS, RAW, 0.75))).isTrue();
		assertThat(met(Goal.atMost("cost", OURS, RAW, 0.74))).isFalse();
	}

	@Test
	void whatWasNotMeasuredIsNeverMet() {
		Goal goal = Goal.atMost("cost", OURS, RAW, 1);

		assertThat(met(goal)).isFalse();
		assertThat(Goals.line(List.of(goal), this.results)).isEqualTo("cost=n/a short: cost(n/a)");
	}

	@Test
	void theLastLineNamesWhatIsMissed() {
		rounds(OURS, 50);
		rounds(RAW, 100);
		Goal missed = Goal.atLeast("far", OURS, RAW, 1);
		Goal reached = Goal.atLeast("near", OURS, RAW, 0.5);

		assertThat(Goals.line(List.of(missed, reached), this.results)).isEqualTo("far=0.50 near=0.50 short: far");
		assertThat(Goals.line(List.of(reached), this.results)).isEqualTo("near=0.50 all met");
	}

	@Test
	void theGoalsHaveDifferentNamesAndLoadsThatCanBeRun() {
		List<Goal> goals = Goals.all();

		assertThat(goals).extracting(Goal::name).doesNotHaveDuplicates();
		assertThat(Plan.of(goals).groups()).extracting((group) -> group.load().name())
			.contains("closed-1024-100", "closed-16-65536", "stream-1-100");
	}

	private boolean met(Goal goal) {
		return goal.isMet(goal.found(this.results));
	}

	private void rounds(Figure figure, double... values) {
		for (int round = 0; round < values.length; round++) {
			this.results.add(figure, round + 1, values[round]);
		}
	}

}
