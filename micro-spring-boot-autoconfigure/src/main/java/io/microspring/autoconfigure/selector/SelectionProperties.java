package io.microspring.autoconfigure.selector;

import java.util.List;
import java.util.Map;

import io.microspring.client.CallOptions;
import io.microspring.selector.Filter;
import io.microspring.selector.Strategy;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * How the nodes of one service are chosen; what is not set is as for all.
 *
 * @param type Name of the strategy, or of a bean that is one.
 * @param header Header that gives the key of a call, for strategies that go by one.
 * @param version Version that nodes must have, or newest.
 * @param prefer Nodes that are preferred.
 * @param versionSplit Share of the calls that each version gets.
 */
public record SelectionProperties(@Nullable String type, @Nullable String header, @Nullable String version,
		@Nullable Prefer prefer, @DefaultValue Map<String, Integer> versionSplit) {

	/** Stands for the newest version there is. */
	static final String NEWEST = "newest";

	/**
	 * What is said here, added to the options of calls.
	 * @param options the options
	 * @param strategies makes strategies
	 * @param name the name of the property that these are of
	 * @return the options
	 */
	public CallOptions applyTo(CallOptions options, StrategyFactory strategies, String name) {
		CallOptions chosen = options;
		for (Filter filter : filters()) {
			chosen = chosen.withFilter(filter);
		}
		boolean any = this.type != null || this.header != null || this.prefer != null || !this.versionSplit.isEmpty();
		return any ? chosen.withStrategy(toStrategy(strategies, name)) : chosen;
	}

	Strategy toStrategy(StrategyFactory strategies, String name) {
		Strategy strategy = strategies.find((this.type != null) ? this.type : "random",
				(this.header != null) ? this.header : "");
		try {
			strategy = (this.prefer != null) ? this.prefer.then(strategy) : strategy;
			return this.versionSplit.isEmpty() ? strategy : Strategy.versionSplit(this.versionSplit, strategy);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(name, this, String.valueOf(ex.getMessage()));
		}
	}

	List<Filter> filters() {
		return (this.version == null || this.version.isEmpty()) ? List.of()
				: List.of(this.version.equals(NEWEST) ? Filter.newestVersion() : Filter.version(this.version));
	}

	/**
	 * Nodes that are preferred.
	 *
	 * @param key Key of the entry in their metadata, such as zone.
	 * @param value Its value.
	 * @param enough Share of them that must be fit to be chosen; with fewer, all nodes of
	 * the service are.
	 */
	public record Prefer(String key, String value, @DefaultValue("0.5") double enough) {

		Strategy then(Strategy strategy) {
			return Strategy.prefer(this.key, this.value, this.enough, strategy);
		}

	}

}
