package io.microspring.client;

/**
 * How many attempts a client may add to the calls of a service, so that trying again
 * cannot multiply an outage. Retries and hedges are paid from it, whatever the policy
 * that asks for them; what is not spent is saved up, to 100 attempts or a second's worth.
 * A call that would need more fails with the error that it has, which says so. What makes
 * up for an attempt that never left is not paid for, three times for a call at most. Each
 * budget that endpoints or calls of a service have is counted by itself, up to 16 of
 * them; any further pays for nothing. Immutable.
 *
 * @param ratio how many further attempts each call allows for: 0.2 by default, which is
 * one for five calls
 * @param perSecond how many more may be made in each second, however few the calls are;
 * 10 by default
 */
public record RetryBudget(double ratio, int perSecond) {

	private static final RetryBudget DEFAULTS = new RetryBudget(0.2, 10);

	private static final RetryBudget UNLIMITED = new RetryBudget(Double.POSITIVE_INFINITY, 0);

	public RetryBudget {
		if (!(ratio >= 0) || perSecond < 0) {
			throw new IllegalArgumentException(
					"A retry budget is not negative, as ratio " + ratio + " or " + perSecond + " per second");
		}
	}

	/**
	 * The defaults.
	 * @return the budget
	 */
	public static RetryBudget defaults() {
		return DEFAULTS;
	}

	/**
	 * As many attempts as calls, policies and deadlines allow.
	 * @return the budget
	 */
	public static RetryBudget unlimited() {
		return UNLIMITED;
	}

	boolean isUnlimited() {
		return Double.isInfinite(this.ratio);
	}

}
