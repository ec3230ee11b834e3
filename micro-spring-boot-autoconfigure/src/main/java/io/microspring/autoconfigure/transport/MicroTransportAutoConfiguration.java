package io.microspring.autoconfigure.transport;

import io.microspring.autoconfigure.MicroAutoConfiguration;
import io.microspring.service.Catalogue;
import io.microspring.service.Plugin;
import io.microspring.transport.Transport;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * The transport that {@code micro.transport.type} names, for the server and the client.
 */
@AutoConfiguration(after = MicroAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ TransportProperties.class, HttpTransportProperties.class })
public final class MicroTransportAutoConfiguration {

	@Bean
	Plugin microHttpTransport(HttpTransportProperties properties) {
		return Plugin.transport("http", (address) -> Transport.http(properties.toOptions()));
	}

	@Bean
	@ConditionalOnMissingBean
	Transport microTransport(Catalogue catalogue, TransportProperties properties) {
		return catalogue.transport(properties.type(), properties.address());
	}

}
