package io.microspring.autoconfigure.registry;

import io.microspring.autoconfigure.MicroAutoConfiguration;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Registry;
import io.microspring.service.Catalogue;
import io.microspring.service.Plugin;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * The registry that {@code micro.registry.type} names, behind a cache.
 */
@AutoConfiguration(after = MicroAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ RegistryProperties.class, MdnsProperties.class })
public final class MicroRegistryAutoConfiguration {

	@Bean
	Plugin microMdnsRegistry(MdnsProperties properties) {
		return Plugin.registry("mdns", (address) -> Registry.mdns(properties.toOptions()));
	}

	@Bean
	@ConditionalOnMissingBean
	MicroRegistryConnectionDetails microRegistryConnectionDetails(RegistryProperties properties) {
		return new PropertiesRegistryConnectionDetails(properties);
	}

	@Bean
	@ConditionalOnMissingBean(Registry.class)
	BackingRegistry microBackingRegistry(Catalogue catalogue, RegistryProperties properties,
			MicroRegistryConnectionDetails details) {
		Registry registry = catalogue.registry(properties.type(), details.address());
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
