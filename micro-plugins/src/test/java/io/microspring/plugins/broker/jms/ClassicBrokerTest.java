package io.microspring.plugins.broker.jms;

import java.util.function.Function;

import io.microspring.broker.Broker;
import io.microspring.test.BrokerContract;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on ActiveMQ Classic, whose queues come of virtual topics. */
class ClassicBrokerTest extends BrokerContract {

	@RegisterExtension
	static final JmsServer SERVER = new JmsServer.OfClassic();

	@Override
	protected Broker open() {
		return new Opener().apply(SERVER.address());
	}

	@Override
	protected String serverAddress() {
		return SERVER.address();
	}

	@Override
	protected String title() {
		return "jms, ActiveMQ Classic";
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

	@Override
	protected boolean restarts() {
		return true;
	}

	@Override
	protected void restartServer() {
		SERVER.restart();
	}

	@Override
	protected Class<? extends Function<String, Broker>> opener() {
		return Opener.class;
	}

	/** For another process. */
	public static final class Opener implements Function<String, Broker> {

		@Override
		public Broker apply(String address) {
			return new JmsBroker(new ActiveMQConnectionFactory("tcp://" + address),
					JmsOptions.defaults().withVirtualTopics(""));
		}

	}

}
