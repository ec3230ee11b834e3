package io.microspring.autoconfigure.registry;

import io.microspring.plugins.registry.nats.NatsRegistry;
import io.microspring.service.Plugin;
import io.nats.client.Nats;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;

/**
 * NATS with the options of {@code micro.registry.nats}.
 */
@AutoConfiguration(before = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(Nats.class)
@EnableConfigurationProperties(NatsRegistryProperties.class)
public final class NatsRegistryAutoConfiguration {

	@Bean
	Plugin microNatsRegistry(NatsRegistryProperties properties, ObjectProvider<SslBundles> bundles) {
		return Plugin.registry("nats", (address) -> new NatsRegistry(properties.toOptions(address,
				properties.ssl().toOptions("micro.registry.nats.ssl.", bundles.getIfAvailable()))));
	}

}
