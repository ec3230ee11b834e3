package io.microspring.plugins.broker.kafka;

import java.util.Map;
import java.util.function.Function;

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
	protected Class<? extends Function<String, Broker>> opener() {
		return Opener.class;
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

	/** For another process. */
	public static final class Opener implements Function<String, Broker> {

		@Override
		public Broker apply(String address) {
			return new KafkaBroker(
					KafkaOptions.defaults().withAddress(address).withProperties(Map.of("session.timeout.ms", "6000")));
		}

	}

}
