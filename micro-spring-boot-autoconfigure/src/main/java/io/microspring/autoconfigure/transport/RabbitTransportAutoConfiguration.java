package io.microspring.autoconfigure.transport;

import com.rabbitmq.client.ConnectionFactory;
import io.microspring.autoconfigure.BootRabbit;
import io.microspring.plugins.transport.rabbitmq.RabbitTransport;
import io.microspring.plugins.transport.rabbitmq.RabbitTransportOptions;
import io.microspring.service.Plugin;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Calls through RabbitMQ, with the options of {@code micro.transport.rabbitmq}, and
 * behind them what Boot knows of RabbitMQ when its own module is there.
 */
@AutoConfiguration(before = MicroTransportAutoConfiguration.class,
		afterName = "org.springframework.boot.amqp.autoconfigure.RabbitAutoConfiguration")
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(ConnectionFactory.class)
@EnableConfigurationProperties(RabbitTransportProperties.class)
@Import(BootRabbit.BootConfiguration.class)
public final class RabbitTransportAutoConfiguration {

	@Bean
	Plugin microRabbitTransport(RabbitTransportProperties properties, ObjectProvider<BootRabbit> boot,
			ObjectProvider<SslBundles> bundles) {
		return Plugin.transport("rabbitmq", (address) -> {
			RabbitTransportOptions own = properties
				.toOptions(properties.ssl().toOptions("micro.transport.rabbitmq.ssl.", bundles.getIfAvailable()));
			return new RabbitTransport(
					own.withConnection(BootRabbit.behind(own.connection(), boot)).withAddress(address));
		});
	}

}
