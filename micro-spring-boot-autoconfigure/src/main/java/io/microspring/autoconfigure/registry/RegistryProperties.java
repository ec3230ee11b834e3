package io.microspring.autoconfigure.registry;

import java.time.Duration;
import java.util.List;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where services are found.
 *
 * @param type Name of the registry; several with commas between are all used.
 * @param address Addresses of the registry, with commas between; empty for its own
 * default. Of several registries each has a property of its own.
 * @param failFast Whether the application refuses to start while the registry cannot be
 * reached, instead of trying again and again.
 * @param cache What is remembered of look-ups.
 */
@ConfigurationProperties("micro.registry")
public record RegistryProperties(@DefaultValue("mdns") List<String> type, @DefaultValue("") String address,
		@DefaultValue("false") boolean failFast, @DefaultValue Cache cache) {

	/**
	 * What is remembered of look-ups.
	 *
	 * @param ttl How long a look-up counts as fresh when no change was heard of.
	 */
	public record Cache(@DefaultValue("1m") Duration ttl) {
	}

}
