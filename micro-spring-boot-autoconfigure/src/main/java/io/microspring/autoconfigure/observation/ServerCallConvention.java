package io.microspring.autoconfigure.observation;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * How a call that is served is named and described: {@code micro.server} with service,
 * endpoint, code and outcome. A bean of this type takes the place of the default.
 */
public interface ServerCallConvention extends ObservationConvention<ServerCallContext> {

	/** The default. */
	ServerCallConvention DEFAULT = new ServerCallConvention() {
	};

	@Override
	default String getName() {
		return "micro.server";
	}

	@Override
	default String getContextualName(ServerCallContext context) {
		return Described.of(context.call().service(), context.call().endpoint()).name();
	}

	@Override
	default KeyValues getLowCardinalityKeyValues(ServerCallContext context) {
		return Outcomes.of(context.call().service(), context.call().endpoint(), context);
	}

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof ServerCallContext;
	}

}
