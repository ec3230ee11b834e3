package io.microspring.autoconfigure.observation;

import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.microspring.client.Client;
import io.microspring.client.Client.ClientStats;

import org.springframework.beans.factory.ObjectProvider;

/**
 * What clients count of the attempts that their calls take: an observation is of a call,
 * however many there are.
 */
final class ClientMeters implements MeterBinder {

	private final ObjectProvider<Client> client;

	ClientMeters(ObjectProvider<Client> client) {
		this.client = client;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Client counted = this.client.getIfUnique();
		if (counted == null) {
			return;
		}
		attempts(registry, counted, "first", (stats) -> stats.attempts() - stats.retries() - stats.hedges());
		attempts(registry, counted, "retry", ClientStats::retries);
		attempts(registry, counted, "hedge", ClientStats::hedges);
		FunctionCounter.builder("micro.client.retries.refused", counted, (client) -> client.stats().retriesRefused())
			.description("Calls that were not tried again as the retry budget was spent")
			.register(registry);
	}

	private static void attempts(MeterRegistry registry, Client counted, String kind,
			ToDoubleFunction<ClientStats> count) {
		FunctionCounter.builder("micro.client.attempts", counted, (client) -> count.applyAsDouble(client.stats()))
			.description("Attempts of calls")
			.tag("kind", kind)
			.register(registry);
	}

}
