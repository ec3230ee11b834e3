package io.microspring.autoconfigure.broker;

import java.util.stream.Collectors;

import com.rabbitmq.client.ConnectionFactory;
import io.microspring.plugins.rabbitmq.RabbitOptions;

import org.springframework.amqp.rabbit.connection.AbstractConnectionFactory;
import org.springframework.boot.amqp.autoconfigure.RabbitConnectionDetails;

/**
 * What the application says of RabbitMQ by Boot's own properties, SSL bundles and
 * connection details: it stands behind ours.
 *
 * @param address the nodes, separated by commas
 * @param factory user, virtual host, TLS and whatever else Boot sets up
 */
record BootRabbit(String address, ConnectionFactory factory) {

	static BootRabbit of(RabbitConnectionDetails details, AbstractConnectionFactory factory) {
		String address = details.getAddresses()
			.stream()
			.map((node) -> node.host() + ":" + node.port())
			.collect(Collectors.joining(","));
		return new BootRabbit(address, factory.getRabbitConnectionFactory());
	}

	RabbitOptions behind(RabbitOptions options) {
		return options.withAddress(this.address).withFactory(this.factory);
	}

}
