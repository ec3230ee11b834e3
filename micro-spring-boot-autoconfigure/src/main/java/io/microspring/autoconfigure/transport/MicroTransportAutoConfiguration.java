package io.microspring.autoconfigure.transport;

import java.util.Set;

import io.microspring.autoconfigure.MicroAutoConfiguration;
import io.microspring.service.Catalogue;
import io.microspring.service.Plugin;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;

/**
 * The transport that {@code micro.transport.type} names, for the server and the client.
 */
@AutoConfiguration(after = { MicroAutoConfiguration.class, SslAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ TransportProperties.class, HttpTransportProperties.class, ServerSslProperties.class,
		ClientSslProperties.class, WebSocketProperties.class })
public final class MicroTransportAutoConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(MicroTransportAutoConfiguration.class);

	private static final Set<String> WITH_OUR_TLS = Set.of("http", "grpc", "memory");

	@Bean
	TransportTls microTransportTls(ServerSslProperties server, ClientSslProperties client,
			ObjectProvider<SslBundles> bundles) {
		return TransportTls.of(server, client, bundles.getIfAvailable());
	}

	@Bean
	Plugin microHttpTransport(HttpTransportProperties properties, TransportTls tls, WebSocketProperties webSocket) {
		return Plugin.transport("http", (address) -> Transport.http(options(properties, tls, webSocket)));
	}

	@Bean
	Plugin microGrpcTransport(HttpTransportProperties properties, TransportTls tls, WebSocketProperties webSocket) {
		return Plugin.transport("grpc", (address) -> Transport.grpc(options(properties, tls, webSocket)));
	}

	private static HttpOptions options(HttpTransportProperties properties, TransportTls tls,
			WebSocketProperties webSocket) {
		return properties.toOptions()
			.withWebSocketOrigins(webSocket.allowedOrigins())
			.withServerTls(tls.server())
			.withClientTls(tls.client());
	}

	@Bean
	@ConditionalOnMissingBean
	Transport microTransport(Catalogue catalogue, TransportProperties properties, TransportTls tls) {
		if ((tls.server() != null || tls.client() != null) && !WITH_OUR_TLS.contains(properties.type())) {
			logger.warn("micro.server.ssl and micro.client.ssl secure nothing on the transport {}:"
					+ " see its own properties for TLS", properties.type());
		}
		return catalogue.transport(properties.type(), properties.address());
	}

}
