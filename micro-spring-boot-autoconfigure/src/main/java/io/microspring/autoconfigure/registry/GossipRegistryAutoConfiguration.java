package io.microspring.autoconfigure.registry;

import io.microspring.plugins.registry.gossip.GossipRegistry;
import io.microspring.service.Plugin;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Gossip with the options of {@code micro.registry.gossip}; the registry's address is
 * that of the seeds.
 */
@AutoConfiguration(before = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GossipProperties.class)
public final class GossipRegistryAutoConfiguration {

	@Bean
	Plugin microGossipRegistry(GossipProperties properties) {
		return Plugin.registry("gossip", (address) -> new GossipRegistry(properties.toOptions(address)));
	}

}
