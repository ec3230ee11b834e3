package io.microspring.autoconfigure.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.microspring.errors.MicroException;

/**
 * The key values that calls of either side have in common.
 */
final class Outcomes {

	private static final KeyValue SYSTEM = KeyValue.of("rpc.system", "micro");

	private static final String UNKNOWN = "UNKNOWN";

	/** What is under way has no outcome yet; its tags are taken when it starts. */
	private static final KeyValues ACTIVE = KeyValues.of("code", UNKNOWN, "outcome", UNKNOWN);

	private static final KeyValues SUCCESS = KeyValues.of("code", "200", "outcome", "SUCCESS");

	private Outcomes() {
	}

	static KeyValues of(String service, String endpoint, Observation.Context context) {
		return result(context).and(SYSTEM, KeyValue.of("rpc.service", service), KeyValue.of("rpc.method", endpoint));
	}

	static KeyValues of(String topic, Observation.Context context) {
		return KeyValues.of("messaging.system", "micro", "messaging.destination.name", topic, "outcome",
				(context.getError() != null) ? "ERROR" : succeeded(context) ? "SUCCESS" : UNKNOWN);
	}

	/** To be said before the observation is stopped, unless it has an error. */
	static void success(Observation.Context context) {
		context.put(Outcomes.class, Boolean.TRUE);
	}

	private static boolean succeeded(Observation.Context context) {
		return context.containsKey(Outcomes.class);
	}

	private static KeyValues result(Observation.Context context) {
		Throwable error = context.getError();
		if (error == null) {
			return succeeded(context) ? SUCCESS : ACTIVE;
		}
		int code = (error instanceof MicroException micro) ? micro.code() : 500;
		return KeyValues.of("code", Integer.toString(code), "outcome", (code < 500) ? "CLIENT_ERROR" : "SERVER_ERROR");
	}

}
