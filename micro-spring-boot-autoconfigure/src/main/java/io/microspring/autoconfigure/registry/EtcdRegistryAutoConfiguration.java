package io.microspring.autoconfigure.registry;

import io.etcd.jetcd.api.KVGrpc;
import io.microspring.plugins.registry.etcd.EtcdRegistry;
import io.microspring.service.Plugin;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;

/**
 * etcd with the options of {@code micro.registry.etcd}.
 */
@AutoConfiguration(before = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(KVGrpc.class)
@EnableConfigurationProperties(EtcdProperties.class)
public final class EtcdRegistryAutoConfiguration {

	@Bean
	Plugin microEtcdRegistry(EtcdProperties properties, ObjectProvider<SslBundles> bundles) {
		return Plugin.registry("etcd", (address) -> new EtcdRegistry(properties.toOptions(address,
				properties.ssl().toOptions("micro.registry.etcd.ssl.", bundles.getIfAvailable()))));
	}

}
