package io.microspring.autoconfigure.registry;

import java.time.Duration;

import io.microspring.registry.MdnsOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the multicast DNS registry works.
 *
 * @param domain Domain that services are announced in.
 * @param timeout How long a look-up waits for answers.
 * @param port UDP port.
 * @param multicast Whether to use multicast where the machine has it; without it, the
 * processes of one host find each other over loopback.
 */
@ConfigurationProperties("micro.registry.mdns")
public record MdnsProperties(@DefaultValue("micro") String domain, @DefaultValue("100ms") Duration timeout,
		@DefaultValue("5353") int port, @DefaultValue("true") boolean multicast) {

	MdnsOptions toOptions() {
		return MdnsOptions.defaults()
			.withDomain(this.domain)
			.withTimeout(this.timeout)
			.withPort(this.port)
			.withMulticast(this.multicast);
	}

}
