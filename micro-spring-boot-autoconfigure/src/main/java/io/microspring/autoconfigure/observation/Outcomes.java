package io.microspring.autoconfigure.observation;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.UnreadableMessageException;
import io.microspring.errors.MicroException;
import io.microspring.server.SubscriberFunction.Delivery;

/**
 * The key values that calls of either side have in common, and those of messages.
 */
final class Outcomes {

	static final String NONE = "none";

	private static final String UNKNOWN = "UNKNOWN";

	/** As many as are told apart, to keep meters few. */
	private static final int MOST_ATTEMPTS = 10;

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

	/** One attempt to handle a message, and what becomes of the message. */
	static KeyValues of(Delivery delivery, Observation.Context context) {
		SubscribeOptions options = delivery.subscriber().options();
		int attempt = delivery.event().attempt();
		Throwable error = context.getError();
		String outcome = (error != null) ? failed(options, attempt, error) : succeeded(context) ? "SUCCESS" : UNKNOWN;
		return KeyValues.of("messaging.system", "micro", "messaging.destination.name", delivery.topic(),
				"messaging.consumer.group.name", options.queue().isEmpty() ? NONE : options.queue(), "attempt",
				(attempt < MOST_ATTEMPTS) ? Integer.toString(attempt) : MOST_ATTEMPTS + "+", "outcome", outcome);
	}

	private static String failed(SubscribeOptions options, int attempt, Throwable error) {
		if (!(error instanceof UnreadableMessageException) && attempt < options.retry().attempts()) {
			return "RETRY";
		}
		return options.deadLetter().isEmpty() ? "ERROR" : "DEAD_LETTER";
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
