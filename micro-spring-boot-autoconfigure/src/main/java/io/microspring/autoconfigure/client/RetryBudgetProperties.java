package io.microspring.autoconfigure.client;

import io.microspring.client.RetryBudget;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * How many attempts may be added to the calls of a service.
 *
 * @param enabled Whether there is a limit; there is by default.
 * @param ratio How many further attempts each call allows for; 0.2 by default.
 * @param perSecond How many more may be made in each second, however few the calls are;
 * 10 by default.
 */
public record RetryBudgetProperties(@Nullable Boolean enabled, @Nullable Double ratio, @Nullable Integer perSecond) {

	/**
	 * The budget.
	 * @param name the name of the property that these are of
	 * @return the budget, or null when nothing is said
	 */
	@Nullable RetryBudget toBudget(String name) {
		if (Boolean.FALSE.equals(this.enabled)) {
			return RetryBudget.unlimited();
		}
		if (this.enabled == null && this.ratio == null && this.perSecond == null) {
			return null;
		}
		RetryBudget defaults = RetryBudget.defaults();
		try {
			return new RetryBudget((this.ratio != null) ? this.ratio : defaults.ratio(),
					(this.perSecond != null) ? this.perSecond : defaults.perSecond());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(name, this, String.valueOf(ex.getMessage()));
		}
	}

}
