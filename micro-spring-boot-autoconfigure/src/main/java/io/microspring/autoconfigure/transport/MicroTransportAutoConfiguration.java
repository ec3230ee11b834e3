package io.microspring.autoconfigure.transport;

import java.util.function.Function;

import io.microspring.autoconfigure.MicroAutoConfiguration;
import io.microspring.service.Catalogue;
import io.microspring.service.Plugin;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.TlsException;
import io.microspring.transport.Transport;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;

/**
 * The transport that {@code micro.transport.type} names, for the server and the client.
 */
@AutoConfiguration(after = MicroAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ TransportProperties.class, HttpTransportProperties.class, ServerSslProperties.class,
		ClientSslProperties.class, WebSocketProperties.class })
public final class MicroTransportAutoConfiguration {

	@Bean
	Plugin microHttpTransport(HttpTransportProperties properties, ServerSslProperties server,
			ClientSslProperties client, WebSocketProperties webSocket) {
		return Plugin.transport("http",
				(address) -> open(Transport::http, options(properties, server, client, webSocket)));
	}

	@Bean
	Plugin microGrpcTransport(HttpTransportProperties properties, ServerSslProperties server,
			ClientSslProperties client, WebSocketProperties webSocket) {
		return Plugin.transport("grpc",
				(address) -> open(Transport::grpc, options(properties, server, client, webSocket)));
	}

	private static HttpOptions options(HttpTransportProperties properties, ServerSslProperties server,
			ClientSslProperties client, WebSocketProperties webSocket) {
		return properties.toOptions()
			.withWebSocketOrigins(webSocket.allowedOrigins())
			.withServerTls(server.toOptions())
			.withClientTls(client.toOptions());
	}

	/** Names the property whose file cannot be used. */
	private static Transport open(Function<HttpOptions, Transport> opening, HttpOptions options) {
		try {
			return opening.apply(options);
		}
		catch (TlsException ex) {
			String side = ex.option().equals("trust-certificate") ? "micro.client.ssl." : "micro.server.ssl.";
			throw new InvalidConfigurationPropertyValueException(side + ex.option(), ex.file(), ex.getMessage());
		}
	}

	@Bean
	@ConditionalOnMissingBean
	Transport microTransport(Catalogue catalogue, TransportProperties properties) {
		return catalogue.transport(properties.type(), properties.address());
	}

}
