package io.microspring.autoconfigure.transport;

import io.microspring.plugins.transport.nats.NatsTransport;
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
 * Calls through NATS, with the options of {@code micro.transport.nats}.
 */
@AutoConfiguration(before = MicroTransportAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(Nats.class)
@EnableConfigurationProperties(NatsTransportProperties.class)
public final class NatsTransportAutoConfiguration {

	@Bean
	Plugin microNatsTransport(NatsTransportProperties properties, ObjectProvider<SslBundles> bundles) {
		return Plugin.transport("nats", (address) -> new NatsTransport(properties.toOptions(address,
				properties.ssl().toOptions("micro.transport.nats.ssl.", bundles.getIfAvailable()))));
	}

}
