package io.microspring.autoconfigure;

import java.util.stream.Collectors;

import com.rabbitmq.client.ConnectionFactory;
import io.microspring.plugins.rabbitmq.RabbitOptions;

import org.springframework.amqp.rabbit.connection.AbstractConnectionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.amqp.autoconfigure.RabbitConnectionDetails;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What the application says of RabbitMQ by Boot's own properties, SSL bundles and
 * connection details: it stands behind ours.
 *
 * @param address the nodes, separated by commas
 * @param factory user, virtual host, TLS and whatever else Boot sets up
 */
public record BootRabbit(String address, ConnectionFactory factory) {

	static BootRabbit of(RabbitConnectionDetails details, AbstractConnectionFactory factory) {
		String address = details.getAddresses()
			.stream()
			.map((node) -> node.host() + ":" + node.port())
			.collect(Collectors.joining(","));
		return new BootRabbit(address, factory.getRabbitConnectionFactory());
	}

	/**
	 * Our options with what Boot knows, if it does, where they say nothing.
	 * @param options ours
	 * @param boot what Boot knows
	 * @return the options
	 */
	public static RabbitOptions behind(RabbitOptions options, ObjectProvider<BootRabbit> boot) {
		return boot.stream().findFirst().map((rabbit) -> rabbit.behind(options)).orElse(options);
	}

	/**
	 * Our options with what Boot knows where they say nothing.
	 * @param options ours
	 * @return the options
	 */
	public RabbitOptions behind(RabbitOptions options) {
		return options.withAddress(this.address).withFactory(this.factory);
	}

	/**
	 * Asks Boot, when its own module is there.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RabbitConnectionDetails.class, AbstractConnectionFactory.class })
	@ConditionalOnBean(RabbitConnectionDetails.class)
	@ConditionalOnSingleCandidate(AbstractConnectionFactory.class)
	public static class BootConfiguration {

		@Bean
		BootRabbit microBootRabbit(RabbitConnectionDetails details, AbstractConnectionFactory factory) {
			return BootRabbit.of(details, factory);
		}

	}

}
