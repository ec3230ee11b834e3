package io.microspring.autoconfigure;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.ConnectionFactory;
import io.microspring.plugins.rabbitmq.RabbitOptions;

import org.springframework.amqp.rabbit.connection.AbstractConnectionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ReflectionUtils;

/**
 * What the application says of RabbitMQ to Spring AMQP, by Boot's own properties, SSL
 * bundles and connection details or by a factory of its own: it stands behind ours.
 *
 * @param factory nodes, user, virtual host, TLS and whatever else is set up
 */
public record BootRabbit(AbstractConnectionFactory factory) {

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
		ConnectionFactory client = this.factory.getRabbitConnectionFactory();
		return options.withAddress(address(client)).withFactory(client);
	}

	private String address(ConnectionFactory client) {
		return nodes().stream()
			.map((node) -> host(node.getHost()) + ":" + ConnectionFactory.portOrDefault(node.getPort(), client.isSSL()))
			.collect(Collectors.joining(","));
	}

	private static String host(String host) {
		return (host.indexOf(':') < 0 || host.startsWith("[")) ? host : "[" + host + "]";
	}

	/**
	 * Where a factory has nodes, it does not look at its host and port; it shows them to
	 * its own kind only.
	 */
	private List<Address> nodes() {
		Method getter = ReflectionUtils.findMethod(AbstractConnectionFactory.class, "getAddresses");
		ReflectionUtils.makeAccessible(Objects.requireNonNull(getter));
		@SuppressWarnings("unchecked")
		List<Address> nodes = (List<Address>) ReflectionUtils.invokeMethod(getter, this.factory);
		return (nodes == null || nodes.isEmpty()) ? List.of(new Address(this.factory.getHost(), this.factory.getPort()))
				: nodes;
	}

	/**
	 * Asks Spring AMQP, when it is there.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(AbstractConnectionFactory.class)
	@ConditionalOnSingleCandidate(AbstractConnectionFactory.class)
	public static class BootConfiguration {

		@Bean
		BootRabbit microBootRabbit(AbstractConnectionFactory factory) {
			return new BootRabbit(factory);
		}

	}

}
