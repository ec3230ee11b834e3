package io.microspring.plugins.broker.jms;

import java.util.function.Function;

import io.microspring.broker.Broker;
import io.microspring.test.BrokerContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on Artemis, whose queues are shared durable subscriptions. */
class ArtemisBrokerTest extends BrokerContract {

	@RegisterExtension
	static final JmsServer SERVER = new JmsServer.OfArtemis();

	@Override
	protected Broker open() {
		return new Opener().apply(SERVER.address());
	}

	@Override
	protected String title() {
		return "jms, Artemis";
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
			return new JmsBroker(JmsOptions.defaults().withAddress(address));
		}

	}

}
