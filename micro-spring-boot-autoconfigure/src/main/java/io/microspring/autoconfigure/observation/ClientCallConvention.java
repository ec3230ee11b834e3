package io.microspring.autoconfigure.observation;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * How a call that is made is named and described: {@code micro.client} with service,
 * endpoint, code and outcome. A bean of this type takes the place of the default.
 */
public interface ClientCallConvention extends ObservationConvention<ClientCallContext> {

	/** The default. */
	ClientCallConvention DEFAULT = new ClientCallConvention() {
	};

	@Override
	default String getName() {
		return "micro.client";
	}

	@Override
	default String getContextualName(ClientCallContext context) {
		return Described.of(context.call().request().service(), context.call().request().endpoint()).name();
	}

	@Override
	default KeyValues getLowCardinalityKeyValues(ClientCallContext context) {
		return Outcomes.of(context.call().request().service(), context.call().request().endpoint(), context);
	}

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof ClientCallContext;
	}

}
