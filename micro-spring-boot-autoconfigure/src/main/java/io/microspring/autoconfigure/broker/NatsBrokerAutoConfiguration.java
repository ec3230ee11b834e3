package io.microspring.autoconfigure.broker;

import io.microspring.plugins.broker.nats.NatsBroker;
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
 * Messages over NATS, with the options of {@code micro.broker.nats}.
 */
@AutoConfiguration(before = MicroBrokerAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(Nats.class)
@EnableConfigurationProperties(NatsBrokerProperties.class)
public final class NatsBrokerAutoConfiguration {

	@Bean
	Plugin microNatsBroker(NatsBrokerProperties properties, ObjectProvider<SslBundles> bundles) {
		return Plugin.broker("nats", (address, registry) -> new NatsBroker(properties.toOptions(address,
				properties.ssl().toOptions("micro.broker.nats.ssl.", bundles.getIfAvailable()))));
	}

}
