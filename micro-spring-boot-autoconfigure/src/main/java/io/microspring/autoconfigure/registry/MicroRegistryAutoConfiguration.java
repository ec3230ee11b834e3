package io.microspring.autoconfigure.registry;

import io.microspring.autoconfigure.MicroAutoConfiguration;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Registry;
import io.microspring.service.Catalogue;
import io.microspring.service.Plugin;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * The registry that {@code micro.registry.type} names, or several as one, behind a cache.
 */
@AutoConfiguration(after = MicroAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ RegistryProperties.class, MdnsProperties.class, StaticProperties.class })
public final class MicroRegistryAutoConfiguration {

	@Bean
	Plugin microMdnsRegistry(MdnsProperties properties) {
		return Plugin.registry("mdns", (address) -> Registry.mdns(properties.toOptions()));
	}

	@Bean
	Plugin microStaticRegistry(StaticProperties properties) {
		return Plugin.registry("static", (address) -> Registry.fixed(properties.toOptions(address)));
	}

	@Bean
	@ConditionalOnMissingBean(Registry.class)
	BackingRegistry microBackingRegistry(Catalogue catalogue, RegistryProperties properties,
			ObjectProvider<MicroRegistryConnectionDetails> details, Environment environment) {
		Registry registry = new RegistryChoice(catalogue, properties, details.orderedStream().toList(), environment)
			.make();
		if (properties.failFast()) {
			failUnlessReachable(registry);
		}
		return new BackingRegistry(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	Registry microRegistry(BackingRegistry backing, RegistryProperties properties) {
		return Registry.cached(backing.registry(), CacheOptions.defaults().withTtl(properties.cache().ttl()));
	}

	private static void failUnlessReachable(Registry registry) {
		try {
			registry.list();
		}
		catch (RuntimeException ex) {
			registry.close();
			throw ex;
		}
	}

	/**
	 * What is behind the cache: a bean so that it is closed, and no {@link Registry} so
	 * that nobody is given it past the cache.
	 *
	 * @param registry the registry
	 */
	record BackingRegistry(Registry registry) implements AutoCloseable {

		@Override
		public void close() {
			this.registry.close();
		}

	}

}
