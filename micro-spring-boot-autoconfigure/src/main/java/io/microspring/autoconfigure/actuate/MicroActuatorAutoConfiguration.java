package io.microspring.autoconfigure.actuate;

import io.microspring.autoconfigure.server.MicroServerAutoConfiguration;
import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * The actuator's endpoints {@code micro} and {@code microservices}.
 */
@AutoConfiguration(after = MicroServerAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
public final class MicroActuatorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint
	MicroServiceEndpoint microServiceEndpoint(ServerOptions options, ObjectProvider<Server> server, Client client,
			Registry registry, Broker broker, Transport transport, Selector selector) {
		return new MicroServiceEndpoint(options, server.getIfAvailable(), client, registry, broker, transport,
				selector);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint
	MicroServicesEndpoint microServicesEndpoint(Registry registry) {
		return new MicroServicesEndpoint(registry);
	}

}
