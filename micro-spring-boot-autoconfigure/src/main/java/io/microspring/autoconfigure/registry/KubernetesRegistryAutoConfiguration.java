package io.microspring.autoconfigure.registry;

import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.microspring.plugins.registry.kubernetes.KubernetesRegistry;
import io.microspring.service.Plugin;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Kubernetes with the options of {@code micro.registry.kubernetes}.
 */
@AutoConfiguration(before = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(KubernetesClientBuilder.class)
@EnableConfigurationProperties(KubernetesProperties.class)
public final class KubernetesRegistryAutoConfiguration {

	@Bean
	Plugin microKubernetesRegistry(KubernetesProperties properties) {
		return Plugin.registry("kubernetes", (address) -> new KubernetesRegistry(properties.toOptions(address)));
	}

}
