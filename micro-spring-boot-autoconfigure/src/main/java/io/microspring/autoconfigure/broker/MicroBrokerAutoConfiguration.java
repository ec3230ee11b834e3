package io.microspring.autoconfigure.broker;

import io.microspring.autoconfigure.registry.MicroRegistryAutoConfiguration;
import io.microspring.broker.Broker;
import io.microspring.registry.Registry;
import io.microspring.service.Catalogue;
import io.microspring.service.Plugin;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * The broker that {@code micro.broker.type} names. It connects when something is
 * published or subscribed.
 */
@AutoConfiguration(after = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ BrokerProperties.class, HttpBrokerProperties.class })
public final class MicroBrokerAutoConfiguration {

	@Bean
	Plugin microHttpBroker(HttpBrokerProperties properties) {
		return Plugin.broker("http", (address, registry) -> Broker.http(registry, properties.toOptions(address)));
	}

	@Bean
	@ConditionalOnMissingBean
	MicroBrokerConnectionDetails microBrokerConnectionDetails(BrokerProperties properties) {
		return new PropertiesBrokerConnectionDetails(properties);
	}

	@Bean
	@ConditionalOnMissingBean
	Broker microBroker(Catalogue catalogue, BrokerProperties properties, MicroBrokerConnectionDetails details,
			Registry registry) {
		return catalogue.broker(properties.type(), details.address(), registry);
	}

}
