package io.microspring.autoconfigure.registry;

import io.microspring.plugins.registry.dns.DnsRegistry;
import io.microspring.service.Plugin;
import io.netty.resolver.dns.DnsNameResolver;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * DNS with the options of {@code micro.registry.dns}.
 */
@AutoConfiguration(before = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(DnsNameResolver.class)
@EnableConfigurationProperties(DnsProperties.class)
public final class DnsRegistryAutoConfiguration {

	@Bean
	Plugin microDnsRegistry(DnsProperties properties) {
		return Plugin.registry("dns", (address) -> new DnsRegistry(properties.toOptions(address)));
	}

}
