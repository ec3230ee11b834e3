package io.microspring.selector;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * How a selector picks nodes. Immutable. go-micro: {@code selector.Options}.
 *
 * @param strategy chooses among the nodes, unless a call asks for another;
 * {@link Strategy#random()} by default
 * @param filters apply to every call, in order, before the call's own; none by default
 * @param ejection when a node is left out for a while
 * @param slowStart how long a node that has come new gets fewer calls than others,
 * growing from a tenth to its full share; zero, the default, for none. Nodes that were
 * there when a service was first called are not new
 */
public record SelectorOptions(Strategy strategy, List<Filter> filters, EjectionOptions ejection, Duration slowStart) {

	public SelectorOptions {
		Objects.requireNonNull(strategy, "strategy");
		Objects.requireNonNull(ejection, "ejection");
		filters = List.copyOf(filters);
		if (slowStart.isNegative() || slowStart.compareTo(Duration.ofDays(1)) > 0) {
			throw new IllegalArgumentException("slow start " + slowStart + " must be from 0 to a day");
		}
	}

	/**
	 * The defaults.
	 * @return the options
	 */
	public static SelectorOptions defaults() {
		return new SelectorOptions(Strategy.random(), List.of(), EjectionOptions.defaults(), Duration.ZERO);
	}

	/**
	 * A copy with another strategy.
	 * @param strategy the strategy
	 * @return the copy
	 */
	public SelectorOptions withStrategy(Strategy strategy) {
		return new SelectorOptions(strategy, this.filters, this.ejection, this.slowStart);
	}

	/**
	 * A copy with other filters.
	 * @param filters the filters, in the order they apply
	 * @return the copy
	 */
	public SelectorOptions withFilters(List<Filter> filters) {
		return new SelectorOptions(this.strategy, filters, this.ejection, this.slowStart);
	}

	/**
	 * A copy with another ejection.
	 * @param ejection when a node is left out
	 * @return the copy
	 */
	public SelectorOptions withEjection(EjectionOptions ejection) {
		return new SelectorOptions(this.strategy, this.filters, ejection, this.slowStart);
	}

	/**
	 * A copy with another slow start.
	 * @param slowStart how long new nodes get fewer calls, zero for none
	 * @return the copy
	 */
	public SelectorOptions withSlowStart(Duration slowStart) {
		return new SelectorOptions(this.strategy, this.filters, this.ejection, slowStart);
	}

}
