package io.microspring.plugins.broker.jms;

import io.microspring.broker.Broker;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.TestServer;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on ActiveMQ Classic, whose queues come of virtual topics. */
class ClassicBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final JmsServer SERVER = new JmsServer.OfClassic();

	@Override
	protected TestServer server() {
		return SERVER;
	}

	@Override
	protected Broker open(String address) {
		return new JmsBroker(new ActiveMQConnectionFactory("tcp://" + address),
				JmsOptions.defaults().withVirtualTopics(""));
	}

	@Override
	protected String title() {
		return "jms, ActiveMQ Classic";
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

	/** Without a store. */
	@Override
	protected boolean keepsQueuesOverARestart() {
		return false;
	}

}
