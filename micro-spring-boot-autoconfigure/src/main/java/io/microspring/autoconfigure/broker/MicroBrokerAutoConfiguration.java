package io.microspring.autoconfigure.broker;

import io.microspring.autoconfigure.registry.MicroRegistryAutoConfiguration;
import io.microspring.autoconfigure.transport.TransportTls;
import io.microspring.broker.Broker;
import io.microspring.registry.Registry;
import io.microspring.service.Catalogue;
import io.microspring.service.Plugin;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The broker that {@code micro.broker.type} names. It connects when something is
 * published or subscribed. Others beside it are those of {@code micro.broker.named}.
 */
@AutoConfiguration(after = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ BrokerProperties.class, HttpBrokerProperties.class })
@Import(NamedBrokerRegistrar.class)
public final class MicroBrokerAutoConfiguration {

	@Bean
	Plugin microHttpBroker(HttpBrokerProperties properties, TransportTls tls) {
		return Plugin.broker("http", (address, registry) -> Broker.http(registry, properties.toOptions(address, tls)));
	}

	@Bean
	BrokerChoice microBrokerChoice(Catalogue catalogue, BrokerProperties properties,
			ObjectProvider<MicroBrokerConnectionDetails> details, Registry registry) {
		return new BrokerChoice(catalogue, properties, details.orderedStream().toList(), registry);
	}

	@Bean
	@ConditionalOnMissingBean
	Broker microBroker(BrokerChoice choice) {
		return choice.make();
	}

}
