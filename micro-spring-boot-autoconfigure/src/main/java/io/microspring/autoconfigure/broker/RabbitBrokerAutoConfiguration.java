package io.microspring.autoconfigure.broker;

import com.rabbitmq.client.ConnectionFactory;
import io.microspring.plugins.broker.rabbitmq.RabbitBroker;
import io.microspring.plugins.broker.rabbitmq.RabbitBrokerOptions;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.service.Plugin;

import org.springframework.amqp.rabbit.connection.AbstractConnectionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.amqp.autoconfigure.RabbitConnectionDetails;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * RabbitMQ with the options of {@code micro.broker.rabbitmq}, and behind them what Boot
 * knows of RabbitMQ when its own module is there.
 */
@AutoConfiguration(before = MicroBrokerAutoConfiguration.class,
		afterName = "org.springframework.boot.amqp.autoconfigure.RabbitAutoConfiguration")
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(ConnectionFactory.class)
@EnableConfigurationProperties(RabbitBrokerProperties.class)
public final class RabbitBrokerAutoConfiguration {

	@Bean
	Plugin microRabbitBroker(RabbitBrokerProperties properties, ObjectProvider<BootRabbit> boot) {
		RabbitBrokerOptions own = properties.toOptions();
		RabbitOptions connection = own.connection();
		RabbitBrokerOptions options = own
			.withConnection(boot.stream().findFirst().map((rabbit) -> rabbit.behind(connection)).orElse(connection));
		return Plugin.broker("rabbitmq", (address, registry) -> new RabbitBroker(options.withAddress(address)));
	}

	/**
	 * What Boot knows of RabbitMQ.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RabbitConnectionDetails.class, AbstractConnectionFactory.class })
	@ConditionalOnBean({ RabbitConnectionDetails.class, AbstractConnectionFactory.class })
	static class BootConfiguration {

		@Bean
		BootRabbit microBootRabbit(RabbitConnectionDetails details, AbstractConnectionFactory factory) {
			return BootRabbit.of(details, factory);
		}

	}

}
