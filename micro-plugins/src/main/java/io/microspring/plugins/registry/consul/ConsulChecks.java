package io.microspring.plugins.registry.consul;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.cloud.consul.model.http.agent.NewService;

/**
 * What Consul is told of how to know that a node lives.
 *
 * @param check the kind of check
 * @param removal how long a node may fail it; null for go-micro's time
 */
record ConsulChecks(ConsulOptions.Check check, @Nullable Duration removal) {

	/** Consul removes no service sooner than a minute after its check failed. */
	private static final Duration SHORTEST_REMOVAL = Duration.ofSeconds(65);

	/**
	 * Whether nodes have to say that they live, rather than Consul looking for itself.
	 */
	boolean byTimeToLive() {
		return this.check.kind() == ConsulOptions.Check.Kind.TTL;
	}

	/**
	 * The check of a node.
	 * @param node the node, with its address
	 * @param ttl its time to live
	 * @return the check, or null for none
	 * @throws IllegalArgumentException when its address has no port to look at
	 */
	NewService.@Nullable Check of(NewService node, Duration ttl) {
		NewService.Check made = new NewService.Check();
		if (byTimeToLive()) {
			if (ttl.isZero()) {
				return null;
			}
			made.setTtl(goDuration(ttl));
			made.setDeregisterCriticalServiceAfter(goDuration(removalAfter(ttl)));
			return made;
		}
		Integer port = node.getPort();
		if (port == null) {
			throw new IllegalArgumentException("register " + node.getId() + ": a check by " + this.check.kind()
					+ " needs an address with a port, not '" + node.getAddress() + "'");
		}
		String host = (node.getAddress().indexOf(':') < 0) ? node.getAddress() : "[" + node.getAddress() + "]";
		if (this.check.kind() == ConsulOptions.Check.Kind.TCP) {
			made.setTcp(host + ":" + port);
		}
		else if (this.check.url().isEmpty()) {
			made.setHttp("http://" + host + ":" + port + "/Debug/Health");
			made.setMethod("POST");
			made.setHeader(Map.of("Content-Type", List.of("application/json")));
		}
		else {
			made.setHttp(this.check.url().replace("{host}", host).replace("{port}", String.valueOf(port)));
		}
		made.setInterval(goDuration(this.check.interval()));
		made.setTimeout(goDuration(this.check.timeout()));
		made.setDeregisterCriticalServiceAfter(goDuration(removalAfter(this.check.interval())));
		// Whoever registers lives; else it would not be found before the first look.
		made.setStatus("passing");
		return made;
	}

	private Duration removalAfter(Duration silence) {
		if (this.removal != null) {
			return this.removal;
		}
		Duration removal = silence.plusSeconds(5);
		return (removal.compareTo(SHORTEST_REMOVAL) < 0) ? SHORTEST_REMOVAL : removal;
	}

	/** As Go writes durations: {@code 1m5s}. */
	private static String goDuration(Duration duration) {
		String text = BigDecimal.valueOf(duration.toSecondsPart())
			.add(BigDecimal.valueOf(duration.toMillisPart(), 3))
			.stripTrailingZeros()
			.toPlainString() + "s";
		if (duration.toMinutes() > 0) {
			text = duration.toMinutesPart() + "m" + text;
		}
		return (duration.toHours() > 0) ? duration.toHours() + "h" + text : text;
	}

}
