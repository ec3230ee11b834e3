package io.microspring.autoconfigure.selector;

import java.util.Map;

import io.microspring.client.CallOptions;
import io.microspring.selector.Strategy;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * How the nodes of one service or endpoint are chosen; what is not set is as for the
 * service, else as for all.
 *
 * @param type Name of the strategy, or of a bean that is one.
 * @param header Header that gives the key of a call, for strategies that go by one.
 * @param version Version that nodes must have, or newest; empty for any.
 * @param prefer Nodes that are preferred.
 * @param versionSplit Share of the calls that each version gets.
 */
public record SelectionProperties(@Nullable String type, @Nullable String header, @Nullable String version,
		@Nullable Prefer prefer, @DefaultValue Map<String, Integer> versionSplit) {

	/**
	 * What is said here, added to the options of calls.
	 * @param options the options
	 * @param farther what is said of more calls than these, for what is not set here
	 * @param strategies makes strategies
	 * @param name the name of the property that these are of
	 * @return the options
	 */
	public CallOptions applyTo(CallOptions options, SelectionProperties farther, StrategyFactory strategies,
			String name) {
		check(name);
		CallOptions chosen = (this.version != null) ? options.withVersion(this.version) : options;
		boolean any = this.type != null || this.header != null || this.prefer != null || !this.versionSplit.isEmpty();
		return any ? chosen.withStrategy(strategies.make(over(farther), name)) : chosen;
	}

	/**
	 * These, and where they leave something open the others.
	 * @param farther the others
	 * @return both
	 */
	public SelectionProperties over(SelectionProperties farther) {
		return new SelectionProperties((this.type != null) ? this.type : farther.type,
				(this.header != null) ? this.header : farther.header,
				(this.version != null) ? this.version : farther.version,
				(this.prefer != null) ? this.prefer : farther.prefer,
				this.versionSplit.isEmpty() ? farther.versionSplit : this.versionSplit);
	}

	SelectionProperties withoutVersion() {
		return new SelectionProperties(this.type, this.header, null, this.prefer, this.versionSplit);
	}

	void check(String name) {
		if (this.prefer != null) {
			this.prefer.check(name + ".prefer");
		}
	}

	/**
	 * The strategy.
	 * @param chosen what the type stands for
	 * @param name the name of the property that these are of
	 * @return the strategy, with what is preferred and how versions are split
	 */
	Strategy around(Strategy chosen, String name) {
		check(name);
		try {
			Strategy strategy = (this.prefer != null) ? this.prefer.then(chosen) : chosen;
			return this.versionSplit.isEmpty() ? strategy : Strategy.versionSplit(this.versionSplit, strategy);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(name, this, String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Nodes that are preferred.
	 *
	 * @param key Key of the entry in their metadata, such as zone; empty for none.
	 * @param value Its value.
	 * @param enough Share of them that must be fit to be chosen; with fewer, all nodes of
	 * the service are.
	 */
	public record Prefer(@Nullable String key, @Nullable String value, @DefaultValue("0.5") double enough) {

		void check(String name) {
			if (this.key == null) {
				throw new InvalidConfigurationPropertyValueException(name + ".key", null,
						"What is preferred needs a key besides the value.");
			}
			if (!this.key.isEmpty() && this.value == null) {
				throw new InvalidConfigurationPropertyValueException(name + ".value", null,
						"What is preferred needs a value besides the key '" + this.key + "'.");
			}
		}

		Strategy then(Strategy strategy) {
			return (this.key == null || this.key.isEmpty() || this.value == null) ? strategy
					: Strategy.prefer(this.key, this.value, this.enough, strategy);
		}

	}

}
