package io.microspring.autoconfigure.observation;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;

/**
 * What is said of each call of an endpoint, made once: a call has the same few texts as
 * the one before.
 *
 * @param name the service and the endpoint in one
 * @param common the key values that do not depend on the outcome
 * @param active all key values while a call is under way
 * @param success all key values of a call that went well
 */
record Described(String name, KeyValues common, KeyValues active, KeyValues success) {

	/** Names may come from outside; what goes beyond is made anew each time. */
	private static final int MOST = 1000;

	private static final KeyValue SYSTEM = KeyValue.of("rpc.system", "micro");

	/** What is under way has no outcome yet; its tags are taken when it starts. */
	private static final KeyValues ACTIVE = KeyValues.of("code", "UNKNOWN", "outcome", "UNKNOWN");

	private static final KeyValues SUCCESS = KeyValues.of("code", "200", "outcome", "SUCCESS");

	/** By service, then by endpoint. */
	private static final Map<String, Map<String, Described>> KNOWN = new ConcurrentHashMap<>();

	private static final AtomicInteger COUNT = new AtomicInteger();

	static Described of(String service, String endpoint) {
		Map<String, Described> endpoints = KNOWN.get(service);
		Described known = (endpoints != null) ? endpoints.get(endpoint) : null;
		return (known != null) ? known : describe(service, endpoint);
	}

	private static Described describe(String service, String endpoint) {
		KeyValues common = KeyValues.of(SYSTEM, KeyValue.of("rpc.service", service),
				KeyValue.of("rpc.method", endpoint));
		Described made = new Described(service + "/" + endpoint, common, common.and(ACTIVE), common.and(SUCCESS));
		// Not counted beyond, as the number would come round.
		if (COUNT.get() < MOST && COUNT.getAndIncrement() < MOST) {
			KNOWN.computeIfAbsent(service, (name) -> new ConcurrentHashMap<>()).put(endpoint, made);
		}
		return made;
	}

}
