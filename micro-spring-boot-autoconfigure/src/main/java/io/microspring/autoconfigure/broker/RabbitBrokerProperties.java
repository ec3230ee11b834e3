package io.microspring.autoconfigure.broker;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.ByteLimit;
import io.microspring.plugins.broker.rabbitmq.RabbitBrokerOptions;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the RabbitMQ broker works.
 *
 * @param username Who asks; empty for what spring.rabbitmq says, or guest.
 * @param password Password of the user.
 * @param virtualHost Virtual host; empty for what spring.rabbitmq says, or /.
 * @param exchange Exchange that messages go through.
 * @param exchangeType Type of the exchange: topic, direct, fanout or headers.
 * @param durableExchange Whether the exchange, and what is bound to it, is there after
 * RabbitMQ has restarted. One that is declared otherwise is refused.
 * @param durableQueues Whether queues, and what is in them, are there while no subscriber
 * is, and after RabbitMQ has restarted. One that is declared otherwise is refused.
 * @param queuePerTopic Whether the topic stands in front of a queue's name, so that one
 * name may be the queue of several topics. Go-micro has the name alone.
 * @param prefetch How many messages a subscriber is sent ahead.
 * @param timeout How long connecting, each answer and the confirmation of a message may
 * take.
 * @param maxMessageSize Largest body that is sent or accepted.
 * @param ssl TLS to RabbitMQ, in place of what spring.rabbitmq.ssl says; it is on when
 * anything of it is set, or the address begins with amqps://.
 */
@ConfigurationProperties("micro.broker.rabbitmq")
public record RabbitBrokerProperties(@DefaultValue("") String username, @DefaultValue("") String password,
		@DefaultValue("") String virtualHost, @DefaultValue("micro") String exchange,
		@DefaultValue("topic") String exchangeType, @DefaultValue("false") boolean durableExchange,
		@DefaultValue("false") boolean durableQueues, @DefaultValue("false") boolean queuePerTopic,
		@DefaultValue("64") int prefetch, @DefaultValue("10s") Duration timeout,
		@DefaultValue("4MB") DataSize maxMessageSize, @DefaultValue @NestedConfigurationProperty BackendSsl ssl) {

	RabbitBrokerOptions toOptions(@Nullable TlsOptions tls) {
		return RabbitBrokerOptions.defaults()
			.withConnection(RabbitOptions.defaults()
				.withCredentials(this.username, this.password)
				.withVirtualHost(this.virtualHost)
				.withExchange(this.exchange, this.exchangeType, this.durableExchange)
				.withTls(tls)
				.withTimeout(this.timeout)
				.withMaxMessageSize(
						new ByteLimit("micro.broker.rabbitmq.max-message-size", this.maxMessageSize).bytes()))
			.withDurableQueues(this.durableQueues)
			.withQueuePerTopic(this.queuePerTopic)
			.withPrefetch(this.prefetch);
	}

	@Override
	public String toString() {
		return toOptions(this.ssl.withoutBundle()).toString();
	}

}
