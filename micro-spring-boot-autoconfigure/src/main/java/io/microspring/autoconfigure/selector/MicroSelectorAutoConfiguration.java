package io.microspring.autoconfigure.selector;

import io.microspring.autoconfigure.registry.MicroRegistryAutoConfiguration;
import io.microspring.registry.Registry;
import io.microspring.selector.Filter;
import io.microspring.selector.Selector;
import io.microspring.selector.SelectorOptions;
import io.microspring.selector.Strategy;
import io.microspring.service.Catalogue;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Picks nodes from the registry by the strategy that {@code micro.selector.type} names,
 * of those that the application's {@link Filter} beans leave.
 */
@AutoConfiguration(after = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties(SelectorProperties.class)
public final class MicroSelectorAutoConfiguration {

	@Bean
	StrategyFactory microStrategyFactory(Catalogue catalogue, BeanFactory beans, SelectorProperties properties) {
		return new PropertiesStrategyFactory(catalogue, beans, properties);
	}

	@Bean(PropertiesStrategyFactory.FROM_PROPERTIES)
	@ConditionalOnMissingBean
	Strategy microStrategy(StrategyFactory strategies) {
		return strategies.make();
	}

	/** The only strategy there is, or of several the one that the property names. */
	@Bean
	@ConditionalOnMissingBean
	SelectorOptions microSelectorOptions(ObjectProvider<Strategy> strategy, StrategyFactory strategies,
			SelectorProperties properties, ObjectProvider<Filter> filters) {
		return properties.toOptions(strategy.getIfUnique(strategies::make), filters.orderedStream().toList());
	}

	@Bean
	@ConditionalOnMissingBean
	Selector microSelector(Registry registry, SelectorOptions options) {
		return Selector.of(registry, options);
	}

}
