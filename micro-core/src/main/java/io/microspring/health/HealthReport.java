package io.microspring.health;

import java.util.Map;

/**
 * How a registry, broker or server is.
 *
 * @param state whether it works
 * @param detail one sentence for a person
 * @param details facts for a person, such as an address; no secrets
 */
public record HealthReport(State state, String detail, Map<String, String> details) {

	public HealthReport {
		details = Map.copyOf(details);
	}

	/**
	 * It works.
	 * @param detail one sentence
	 * @return the report
	 */
	public static HealthReport up(String detail) {
		return new HealthReport(State.UP, detail, Map.of());
	}

	/**
	 * It works, but not as it should.
	 * @param detail what is lacking
	 * @return the report
	 */
	public static HealthReport degraded(String detail) {
		return new HealthReport(State.DEGRADED, detail, Map.of());
	}

	/**
	 * It does not work.
	 * @param detail why
	 * @return the report
	 */
	public static HealthReport down(String detail) {
		return new HealthReport(State.DOWN, detail, Map.of());
	}

	/**
	 * A copy with facts.
	 * @param details the facts
	 * @return the copy
	 */
	public HealthReport with(Map<String, String> details) {
		return new HealthReport(this.state, this.detail, details);
	}

	/**
	 * Whether something works.
	 */
	public enum State {

		/** It works. */
		UP,
		/** It works, but not as it should. */
		DEGRADED,
		/** It does not work. */
		DOWN

	}

}
