package io.microspring.plugins.broker.kafka;

import io.microspring.broker.Broker;
import io.microspring.test.BrokerContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract with go-micro's envelopes on topics of several partitions. */
class KafkaBrokerTest extends BrokerContract {

	@RegisterExtension
	static final EmbeddedKafka KAFKA = new EmbeddedKafka();

	@Override
	protected Broker open() {
		return new KafkaBroker(KAFKA.options());
	}

	@Override
	protected boolean keepsOrder() {
		return false;
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

}
