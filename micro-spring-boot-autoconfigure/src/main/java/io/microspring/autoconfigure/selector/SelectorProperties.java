package io.microspring.autoconfigure.selector;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.microspring.selector.EjectionOptions;
import io.microspring.selector.Filter;
import io.microspring.selector.SelectorOptions;
import io.microspring.selector.Strategy;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * How a node is picked for a call.
 *
 * @param type Name of the strategy, or of a bean that is one.
 * @param header Header that gives the key of a call, for strategies that go by one.
 * @param version Version that nodes must have, or newest.
 * @param prefer Nodes that are preferred.
 * @param versionSplit Share of the calls that each version gets.
 * @param ejection When a node is left out for a while.
 * @param slowStart How long a node that has come new gets fewer calls; 0 for not at all.
 */
@ConfigurationProperties(SelectorProperties.PREFIX)
public record SelectorProperties(@DefaultValue("random") String type, @DefaultValue("") String header,
		@DefaultValue("") String version, @NestedConfigurationProperty SelectionProperties.@Nullable Prefer prefer,
		@DefaultValue Map<String, Integer> versionSplit, @DefaultValue Ejection ejection,
		@DefaultValue("0s") Duration slowStart) {

	static final String PREFIX = "micro.selector";

	SelectorOptions toOptions(Strategy strategy, List<Filter> filters) {
		try {
			return new SelectorOptions(strategy, filters, this.ejection.toOptions(), this.slowStart);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(PREFIX, this, String.valueOf(ex.getMessage()));
		}
	}

	SelectionProperties selection() {
		return new SelectionProperties(this.type, this.header, this.version, this.prefer, this.versionSplit);
	}

	/**
	 * When a node is left out for a while.
	 *
	 * @param enabled Whether nodes are left out at all.
	 * @param failures Failures in a row that take a node out; 0 for never.
	 * @param errorRate Share of failures among its latest calls, some thirty, that takes
	 * a node out; 0 for never.
	 * @param silence Least time without an answer after which a node that owes three gets
	 * no calls until it answers; 0 for never.
	 * @param duration How long a node is out the first time; it doubles each time.
	 * @param maxDuration Longest time that a node is out.
	 * @param maxShare Largest share of a service's nodes that may be out at once.
	 */
	public record Ejection(@DefaultValue("true") boolean enabled, @DefaultValue("3") int failures,
			@DefaultValue("0.5") double errorRate, @DefaultValue("5ms") Duration silence,
			@DefaultValue("30s") Duration duration, @DefaultValue("5m") Duration maxDuration,
			@DefaultValue("0.5") double maxShare) {

		EjectionOptions toOptions() {
			return this.enabled ? new EjectionOptions(this.failures, this.errorRate, this.silence, this.duration,
					this.maxDuration, this.maxShare) : EjectionOptions.none();
		}

	}

}
