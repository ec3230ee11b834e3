package io.microspring.autoconfigure.broker;

import io.microspring.plugins.broker.jms.JmsBroker;
import io.microspring.plugins.broker.jms.JmsOptions;
import io.microspring.service.Plugin;
import jakarta.jms.ConnectionFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.jms.connection.SingleConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * JMS with the options of {@code micro.broker.jms}, over the connection factory that Boot
 * makes of {@code spring.artemis} or {@code spring.activemq}, or that the application
 * makes itself, unless {@code micro.broker.address} names an Artemis.
 */
@AutoConfiguration(before = MicroBrokerAutoConfiguration.class,
		afterName = { "org.springframework.boot.artemis.autoconfigure.ArtemisAutoConfiguration",
				"org.springframework.boot.activemq.autoconfigure.ActiveMQAutoConfiguration" })
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(ConnectionFactory.class)
@EnableConfigurationProperties(JmsBrokerProperties.class)
public final class JmsBrokerAutoConfiguration {

	private static final boolean SPRING_JMS = ClassUtils.isPresent(
			"org.springframework.jms.connection.SingleConnectionFactory",
			JmsBrokerAutoConfiguration.class.getClassLoader());

	@Bean
	Plugin microJmsBroker(JmsBrokerProperties properties, ObjectProvider<ConnectionFactory> factories) {
		return Plugin.broker("jms", (address, registry) -> {
			JmsOptions options = properties.toOptions();
			ConnectionFactory factory = address.isBlank() ? factories.getIfUnique() : null;
			return (factory != null) ? new JmsBroker(SPRING_JMS ? Unshared.of(factory) : factory, options)
					: new JmsBroker(options.withAddress(address));
		});
	}

	/** Apart, as Spring's JMS may not be there. */
	private static final class Unshared {

		/**
		 * What makes connections behind a factory that shares one, or keeps consumers
		 * open for later: theirs would take messages that nobody handles.
		 */
		static ConnectionFactory of(ConnectionFactory factory) {
			ConnectionFactory target = (factory instanceof SingleConnectionFactory single)
					? single.getTargetConnectionFactory() : null;
			return (target != null) ? target : factory;
		}

	}

}
