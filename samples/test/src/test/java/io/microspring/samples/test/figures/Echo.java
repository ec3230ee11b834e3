package io.microspring.samples.test.figures;

import java.time.Duration;
import java.util.Map;

import io.microspring.broker.Broker;
import io.microspring.registry.Registry;
import io.microspring.service.MicroService;

/**
 * What is called.
 */
public final class Echo {

	/** How long a registration lives that is not renewed. */
	static final Duration TTL = Duration.ofSeconds(5);

	private static final Duration INTERVAL = Duration.ofSeconds(2);

	/**
	 * Answers.
	 * @param in what came
	 * @return the same
	 */
	public Map<String, String> call(Map<String, String> in) {
		return in;
	}

	/** A service that offers it. */
	static MicroService service(String name, Registry registry, String address) {
		return MicroService.named(name)
			.registry(registry)
			.broker(Broker.memory())
			.address(address)
			.register(TTL, INTERVAL)
			.handle(new Echo())
			.handleSignals(false)
			.build();
	}

}
