package io.microspring.plugins.broker.jms;

import io.microspring.broker.Broker;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on Artemis, whose queues are shared durable subscriptions. */
class ArtemisBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final JmsServer SERVER = new JmsServer.OfArtemis();

	@Override
	protected TestServer server() {
		return SERVER;
	}

	@Override
	protected Broker open(String address) {
		return new JmsBroker(JmsOptions.defaults().withAddress(address));
	}

	@Override
	protected String title() {
		return "jms, Artemis";
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

	/** Without a journal. */
	@Override
	protected boolean keepsQueuesOverARestart() {
		return false;
	}

}
