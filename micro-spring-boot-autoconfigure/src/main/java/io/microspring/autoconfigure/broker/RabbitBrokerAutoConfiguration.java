package io.microspring.autoconfigure.broker;

import com.rabbitmq.client.ConnectionFactory;
import io.microspring.autoconfigure.BootRabbit;
import io.microspring.plugins.broker.rabbitmq.RabbitBroker;
import io.microspring.plugins.broker.rabbitmq.RabbitBrokerOptions;
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
 * RabbitMQ with the options of {@code micro.broker.rabbitmq}, and behind them what Boot
 * knows of RabbitMQ when its own module is there.
 */
@AutoConfiguration(before = MicroBrokerAutoConfiguration.class,
		afterName = "org.springframework.boot.amqp.autoconfigure.RabbitAutoConfiguration")
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(ConnectionFactory.class)
@EnableConfigurationProperties(RabbitBrokerProperties.class)
@Import(BootRabbit.BootConfiguration.class)
public final class RabbitBrokerAutoConfiguration {

	@Bean
	Plugin microRabbitBroker(RabbitBrokerProperties properties, ObjectProvider<BootRabbit> boot,
			ObjectProvider<SslBundles> bundles) {
		return Plugin.broker("rabbitmq", (address, registry) -> {
			RabbitBrokerOptions own = properties
				.toOptions(properties.ssl().toOptions("micro.broker.rabbitmq.ssl.", bundles.getIfAvailable()));
			return new RabbitBroker(own.withConnection(BootRabbit.behind(own.connection(), boot)).withAddress(address));
		});
	}

}
