package io.microspring.plugins.broker.googlepubsub;

import java.time.Duration;

import io.microspring.broker.Broker;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract against Google's own fake of Pub/Sub. */
class PubSubBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final ExternalServer PUBSUB = new ExternalServer(ServerRecipe.pubsub());

	@Override
	protected TestServer server() {
		return PUBSUB;
	}

	@Override
	protected Broker open(String address) {
		// The tests have queues of one name on many topics.
		return new PubSubBroker(PubSubOptions.defaults()
			.withProject("contract")
			.withEmulator(address)
			.withTimeout(Duration.ofSeconds(5))
			.withQueuePerTopic(true)
			.withAckDeadline(Duration.ofSeconds(10)));
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

	@Override
	protected Duration patience() {
		return Duration.ofSeconds(40);
	}

	/** pstest has it in memory. */
	@Override
	protected boolean keepsQueuesOverARestart() {
		return false;
	}

}
