package io.microspring.plugins.broker.nsq;

import java.time.Duration;
import java.util.Map;

import io.microspring.broker.Broker;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract against the real nsqd. */
class NsqBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final ExternalServer NSQD = new ExternalServer(ServerRecipe.nsqd(Map.of(), "-max-msg-size=2000000"));

	@Override
	protected TestServer server() {
		return NSQD;
	}

	@Override
	protected Broker open(String address) {
		return new NsqBroker(NsqOptions.defaults().withAddress(address).withMessageTimeout(Duration.ofSeconds(5)));
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

	/**
	 * nsqd writes what is more than it has room for in memory, and the rest when it is
	 * stopped.
	 */
	@Override
	protected boolean keepsQueuesOverARestart() {
		return false;
	}

}
