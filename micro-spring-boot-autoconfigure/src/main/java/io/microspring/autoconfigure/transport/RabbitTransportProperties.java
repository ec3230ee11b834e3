package io.microspring.autoconfigure.transport;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.ByteLimit;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.plugins.transport.rabbitmq.RabbitTransportOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the RabbitMQ transport works.
 *
 * @param username Who asks; empty for what spring.rabbitmq says, or guest.
 * @param password Password of the user.
 * @param virtualHost Virtual host; empty for what spring.rabbitmq says, or /.
 * @param exchange Exchange that calls go through, of the type topic.
 * @param durableExchange Whether the exchange is there after RabbitMQ has restarted. One
 * that is declared otherwise is refused.
 * @param timeout How long connecting and each answer of RabbitMQ may take.
 * @param maxMessageSize Largest body that is sent or accepted.
 * @param ssl TLS to RabbitMQ, in place of what spring.rabbitmq.ssl says; it is on when
 * anything of it is set, or the address begins with amqps://.
 */
@ConfigurationProperties("micro.transport.rabbitmq")
public record RabbitTransportProperties(@DefaultValue("") String username, @DefaultValue("") String password,
		@DefaultValue("") String virtualHost, @DefaultValue("micro") String exchange,
		@DefaultValue("false") boolean durableExchange, @DefaultValue("10s") Duration timeout,
		@DefaultValue("4MB") DataSize maxMessageSize, @DefaultValue @NestedConfigurationProperty BackendSsl ssl) {

	RabbitTransportOptions toOptions(@Nullable TlsOptions tls) {
		return RabbitTransportOptions.defaults()
			.withConnection(RabbitOptions.defaults()
				.withCredentials(this.username, this.password)
				.withVirtualHost(this.virtualHost)
				.withExchange(this.exchange, "topic", this.durableExchange)
				.withTls(tls)
				.withTimeout(this.timeout)
				.withMaxMessageSize(
						new ByteLimit("micro.transport.rabbitmq.max-message-size", this.maxMessageSize).bytes()));
	}

	@Override
	public String toString() {
		return toOptions(this.ssl.withoutBundle()).toString();
	}

}
