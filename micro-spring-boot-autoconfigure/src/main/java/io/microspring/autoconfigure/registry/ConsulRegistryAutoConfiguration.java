package io.microspring.autoconfigure.registry;

import io.microspring.plugins.registry.consul.ConsulRegistry;
import io.microspring.service.Plugin;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.cloud.consul.ConsulClient;
import org.springframework.context.annotation.Bean;

/**
 * Consul with the options of {@code micro.registry.consul}.
 */
@AutoConfiguration(before = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(ConsulClient.class)
@EnableConfigurationProperties(ConsulProperties.class)
public final class ConsulRegistryAutoConfiguration {

	@Bean
	Plugin microConsulRegistry(ConsulProperties properties, ObjectProvider<SslBundles> bundles) {
		return Plugin.registry("consul", (address) -> new ConsulRegistry(properties.toOptions(address,
				properties.ssl().toOptions("micro.registry.consul.ssl.", bundles.getIfAvailable()))));
	}

}
