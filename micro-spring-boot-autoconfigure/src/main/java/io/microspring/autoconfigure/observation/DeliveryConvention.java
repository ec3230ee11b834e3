package io.microspring.autoconfigure.observation;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * How the handling of a message is named and described: {@code micro.consume} with topic,
 * queue, attempt and outcome. A bean of this type takes the place of the default.
 */
public interface DeliveryConvention extends ObservationConvention<DeliveryContext> {

	/** The default. */
	DeliveryConvention DEFAULT = new DeliveryConvention() {
	};

	@Override
	default String getName() {
		return "micro.consume";
	}

	@Override
	default String getContextualName(DeliveryContext context) {
		return context.delivery().topic() + " consume";
	}

	@Override
	default KeyValues getLowCardinalityKeyValues(DeliveryContext context) {
		return Outcomes.of(context.delivery(), context);
	}

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof DeliveryContext;
	}

}
