package io.microspring.plugins.broker.kafka;

import io.microspring.broker.Broker;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract with go-micro's envelopes on topics of several partitions. */
class KafkaBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final EmbeddedKafka KAFKA = new EmbeddedKafka();

	@Override
	protected TestServer server() {
		return KAFKA;
	}

	@Override
	protected Broker open(String address) {
		return new KafkaBroker(EmbeddedKafka.options(address));
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

}
