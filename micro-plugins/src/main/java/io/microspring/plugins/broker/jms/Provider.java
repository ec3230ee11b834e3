package io.microspring.plugins.broker.jms;

import java.util.ArrayList;
import java.util.List;

import io.microspring.broker.BrokerException;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionMetaData;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.Topic;

/**
 * The two servers, as far as JMS leaves them to differ. What is acknowledged is one
 * message, which JMS has no word for either.
 */
enum Provider {

	/** Queues are shared durable subscriptions. */
	ARTEMIS(101) {

		@Override
		MessageConsumer member(Session session, Topic topic, String queue, JmsOptions options) throws JMSException {
			return session.createSharedDurableConsumer(topic, queue + "@" + topic.getTopicName());
		}

		@Override
		void set(Message message, String name, String value) {
			Artemis.set(message, name, value);
		}

	},

	/** Queues are those that the server fills from a virtual topic. */
	CLASSIC(4) {

		@Override
		MessageConsumer member(Session session, Topic topic, String queue, JmsOptions options) throws JMSException {
			String name = topic.getTopicName();
			if (!name.startsWith(options.virtualTopics())) {
				throw BrokerException.refused("ActiveMQ Classic has no shared subscriptions, so " + name
						+ " cannot have the queue " + queue + ", but virtual topics, whose names begin with "
						+ options.virtualTopics() + " (micro.broker.jms.virtual-topics)", null);
			}
			if (queue.indexOf('.') >= 0 || JmsDestination.of(queue).isQueue()) {
				throw BrokerException.refused("ActiveMQ Classic takes the queue " + queue
						+ " for something else: its name must be without dots", null);
			}
			return session.createConsumer(session.createQueue("Consumer." + queue + "." + name));
		}

		@Override
		void set(Message message, String name, String value) throws JMSException {
			message.setStringProperty(name, value);
		}

	};

	/** What the drivers of both call themselves. */
	private static final String NAME = "ActiveMQ";

	private final int individualAcknowledge;

	Provider(int individualAcknowledge) {
		this.individualAcknowledge = individualAcknowledge;
	}

	/**
	 * Which of the two a connection is to.
	 * @throws BrokerException when it is to another
	 * @throws JMSException when it is to one of them, and lost
	 */
	static Provider of(Connection connection) throws JMSException {
		List<Exception> failures = new ArrayList<>();
		for (Provider provider : values()) {
			try {
				provider.session(connection).close();
				return provider;
			}
			catch (JMSException | JMSRuntimeException ex) {
				// It is not this one, or the connection is lost.
				failures.add(ex);
			}
		}
		ConnectionMetaData server = connection.getMetaData();
		if (NAME.equals(server.getJMSProviderName())) {
			JMSException lost = new JMSException(
					"it gives no session: " + JmsLink.reason(failures.get(failures.size() - 1)));
			failures.forEach(lost::addSuppressed);
			throw lost;
		}
		throw BrokerException.refused("The JMS broker speaks to Artemis and ActiveMQ Classic, which acknowledge one"
				+ " message, not to " + server.getJMSProviderName() + " " + server.getProviderVersion(),
				failures.get(0));
	}

	/** A session that acknowledges one message at a time. */
	Session session(Connection connection) throws JMSException {
		return connection.createSession(false, this.individualAcknowledge);
	}

	/** A consumer that shares the messages of a topic with others of its queue. */
	abstract MessageConsumer member(Session session, Topic topic, String queue, JmsOptions options) throws JMSException;

	/** Sets a property by a name of any kind. */
	abstract void set(Message message, String name, String value) throws JMSException;

	static Destination destination(Session session, JmsDestination destination) throws JMSException {
		return destination.isQueue() ? session.createQueue(destination.name())
				: session.createTopic(destination.name());
	}

}
