package io.microspring.autoconfigure.broker;

import java.time.Duration;
import java.util.Map;

import io.microspring.autoconfigure.retry.BackoffProperties;
import io.microspring.broker.RetryOptions;
import io.microspring.concurrent.Backoff;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * What carries messages by topic.
 *
 * @param type Name of the broker.
 * @param address Addresses of the broker, with commas between, or where it listens; empty
 * for its own default.
 * @param retry What subscribers are given that say nothing else.
 * @param named Brokers beside this one, by the names of their beans.
 */
@ConfigurationProperties("micro.broker")
public record BrokerProperties(@DefaultValue("http") String type, @DefaultValue("") String address,
		@DefaultValue Retry retry, @DefaultValue Map<String, Named> named) {

	/**
	 * A broker that subscribers and publishers ask for by name.
	 *
	 * @param type Name of the kind of broker.
	 * @param address Addresses of the broker, with commas between, or where it listens;
	 * empty for its own default.
	 */
	public record Named(@DefaultValue("") String type, @DefaultValue("") String address) {

	}

	/**
	 * How often a message is handed to a subscriber that fails.
	 *
	 * @param attempts How often a message is handed to a subscriber in all, when it
	 * fails.
	 * @param backoff How long is waited before each further attempt.
	 */
	public record Retry(@DefaultValue("3") int attempts,
			@NestedConfigurationProperty @DefaultValue BackoffProperties backoff) {

		private static final String NAME = "micro.broker.retry";

		/**
		 * What a subscriber is given.
		 * @param attempts how often it is to be, or null for what the property says
		 * @param base how long before the second attempt, or null for what the properties
		 * say
		 * @return the options
		 */
		public RetryOptions toOptions(@Nullable Integer attempts, @Nullable Duration base) {
			if (this.attempts < 1) {
				throw new InvalidConfigurationPropertyValueException(NAME + ".attempts", this.attempts,
						"A message is handed over at least once.");
			}
			BackoffProperties properties = (base != null) ? this.backoff.withBase(base) : this.backoff;
			Backoff wait = properties.toBackoff(NAME + ".backoff");
			RetryOptions options = RetryOptions.defaults().withAttempts((attempts != null) ? attempts : this.attempts);
			return (wait != null) ? options.withBackoff(wait) : options;
		}

	}

}
