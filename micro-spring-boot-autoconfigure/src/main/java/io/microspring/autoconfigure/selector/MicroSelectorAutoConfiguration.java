package io.microspring.autoconfigure.selector;

import io.microspring.autoconfigure.registry.MicroRegistryAutoConfiguration;
import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;
import io.microspring.service.Catalogue;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Picks nodes from the registry by the strategy that {@code micro.selector.type} names.
 */
@AutoConfiguration(after = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties(SelectorProperties.class)
public final class MicroSelectorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	Strategy microStrategy(Catalogue catalogue, SelectorProperties properties) {
		return catalogue.strategy(properties.type());
	}

	@Bean
	@ConditionalOnMissingBean
	Selector microSelector(Registry registry, Strategy strategy) {
		return Selector.of(registry, strategy);
	}

}
