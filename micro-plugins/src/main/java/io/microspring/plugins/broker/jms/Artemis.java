package io.microspring.plugins.broker.jms;

import java.util.Arrays;
import java.util.stream.Collectors;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Message;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;

/**
 * What is Artemis' own. Only touched where its client is on the class path.
 */
final class Artemis {

	private Artemis() {
	}

	static ConnectionFactory factory(String address) {
		String servers = Arrays.stream(address.split(","))
			.map((server) -> "tcp://" + server.trim())
			.collect(Collectors.joining(",", "(", ")"));
		return new ActiveMQConnectionFactory(servers);
	}

	/**
	 * Sets a property of any name: JMS wants the names of Java's variables, but the
	 * server and STOMP do not.
	 */
	static void set(Message message, String name, String value) {
		((ActiveMQMessage) message).getCoreMessage().putStringProperty(name, value);
	}

}
