package io.microspring.autoconfigure.observation;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.microspring.errors.MicroException;

/**
 * The key values that calls of either side have in common.
 */
final class Outcomes {

	private static final String UNKNOWN = "UNKNOWN";

	private Outcomes() {
	}

	static KeyValues of(String service, String endpoint, Observation.Context context) {
		Described described = Described.of(service, endpoint);
		Throwable error = context.getError();
		if (error == null) {
			return succeeded(context) ? described.success() : described.active();
		}
		int code = (error instanceof MicroException micro) ? micro.code() : 500;
		return described.common()
			.and("code", Integer.toString(code), "outcome", (code < 500) ? "CLIENT_ERROR" : "SERVER_ERROR");
	}

	static KeyValues of(String topic, Observation.Context context) {
		return KeyValues.of("messaging.system", "micro", "messaging.destination.name", topic, "outcome",
				(context.getError() != null) ? "ERROR" : succeeded(context) ? "SUCCESS" : UNKNOWN);
	}

	/** To be said before the observation is stopped, unless it has an error. */
	static void success(Observation.Context context) {
		CallState call = CallState.of(context);
		if (call != null) {
			call.succeed();
		}
		else {
			context.put(Outcomes.class, Boolean.TRUE);
		}
	}

	private static boolean succeeded(Observation.Context context) {
		CallState call = CallState.of(context);
		return (call != null) ? call.succeeded() : context.containsKey(Outcomes.class);
	}

}
