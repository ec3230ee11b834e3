package io.microspring.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The services that a client has called. Thread-safe.
 */
final class CalledServices {

	private static final int MOST = 10_000;

	private final Map<String, CalledService> services = new ConcurrentHashMap<>();

	/** What is beyond the limit: never found, and on one budget. */
	private final CalledService others = new CalledService();

	CalledService of(String name) {
		CalledService known = this.services.get(name);
		if (known != null) {
			return known;
		}
		return (this.services.size() < MOST) ? this.services.computeIfAbsent(name, (key) -> new CalledService())
				: this.others;
	}

	/** A node of it was chosen, or that failed. */
	void found(String name, boolean succeeded) {
		CalledService service = of(name);
		if (service != this.others) {
			service.found(succeeded);
		}
	}

}
