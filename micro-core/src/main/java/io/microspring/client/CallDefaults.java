package io.microspring.client;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the calls of each endpoint are like unless they say otherwise themselves: what is
 * said of the endpoint, then of its service, then of all. Put together once, when the
 * client is given its options. Immutable.
 */
final class CallDefaults {

	private final ClientOptions options;

	private final Map<String, OfService> services;

	CallDefaults(ClientOptions options) {
		this.options = options;
		Set<String> names = new HashSet<>(options.services().keySet());
		names.addAll(options.endpoints().keySet());
		Map<String, OfService> known = new HashMap<>();
		names.forEach((name) -> known.put(name, ofService(name)));
		this.services = Map.copyOf(known);
	}

	private OfService ofService(String name) {
		CallOptions calls = options(name).over(this.options.calls());
		Map<String, CallOptions> known = new HashMap<>();
		this.options.endpoints()
			.getOrDefault(name, Map.of())
			.forEach((endpoint, own) -> known.put(endpoint, own.over(calls)));
		return new OfService(calls, known);
	}

	private CallOptions options(String service) {
		return this.options.services().getOrDefault(service, CallOptions.defaults());
	}

	/** What the client was given. */
	ClientOptions options() {
		return this.options;
	}

	/** The options of a call that has none of its own; complete. */
	CallOptions of(String service, String endpoint) {
		if (this.services.isEmpty()) {
			return this.options.calls();
		}
		OfService known = this.services.get(service);
		return (known == null) ? this.options.calls() : known.endpoints.getOrDefault(endpoint, known.calls);
	}

	/** The same, where an interface declares something that all who are asked outdo. */
	CallOptions of(String service, String endpoint, CallOptions declared) {
		CallOptions ofEndpoint = this.options.endpoints()
			.getOrDefault(service, Map.of())
			.getOrDefault(endpoint, CallOptions.defaults());
		return ofEndpoint.over(options(service).over(declared.over(this.options.calls())));
	}

	/** The options of the calls of one service. */
	private record OfService(CallOptions calls, Map<String, CallOptions> endpoints) {

	}

}
