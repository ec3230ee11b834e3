package io.microspring.autoconfigure.observation;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * How a publication is named and described: {@code micro.publish} with topic and outcome.
 * A bean of this type takes the place of the default.
 */
public interface PublicationConvention extends ObservationConvention<PublicationContext> {

	/** The default. */
	PublicationConvention DEFAULT = new PublicationConvention() {
	};

	@Override
	default String getName() {
		return "micro.publish";
	}

	@Override
	default String getContextualName(PublicationContext context) {
		return context.publication().topic() + " publish";
	}

	@Override
	default KeyValues getLowCardinalityKeyValues(PublicationContext context) {
		return Outcomes.of(context.publication().topic(), context);
	}

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof PublicationContext;
	}

}
