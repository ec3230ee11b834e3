package io.microspring.autoconfigure.client;

import java.time.Duration;

import io.microspring.client.Hedging;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * When another node is asked as well, as the answer to an idempotent call is slow to
 * come.
 *
 * @param delay After how long another node is asked; with a percentile, as long as too
 * few calls are measured.
 * @param percentile Which part of an endpoint's calls is answered by the time that
 * another node is asked, such as 0.95; when this and the delay are empty, nobody else is.
 * @param most How many nodes may be asked besides the first; 1 by default, 0 for none.
 */
public record HedgingProperties(@Nullable Duration delay, @Nullable Double percentile, @Nullable Integer most) {

	/**
	 * The option.
	 * @param name the name of the property that these are of
	 * @return the option, or null when nothing is said
	 */
	@Nullable Hedging toHedging(String name) {
		if (this.delay == null && this.percentile == null) {
			if (this.most != null && this.most > 0) {
				throw new InvalidConfigurationPropertyValueException(name, this,
						"Hedging needs a delay or a percentile.");
			}
			return (this.most != null) ? Hedging.none() : null;
		}
		try {
			return new Hedging(this.delay, (this.percentile != null) ? this.percentile : 0,
					(this.most != null) ? this.most : 1);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(name, this, String.valueOf(ex.getMessage()));
		}
	}

}
