package io.microspring.plugins.broker.kafka;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.EventHandler;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.TestServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.ApiException;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract with raw records on topics of one partition, where order is kept. */
class RawKafkaBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final EmbeddedKafka KAFKA = new EmbeddedKafka();

	@Override
	protected TestServer server() {
		return KAFKA;
	}

	@Override
	protected Broker open(String address) {
		return new OnePartition(new KafkaBroker(EmbeddedKafka.options(address).withRaw(true)));
	}

	@Override
	protected String title() {
		return "kafka, raw, one partition";
	}

	@Override
	protected boolean spreadsQueues() {
		return false;
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

	/** Makes each topic before it is used. */
	private record OnePartition(Broker broker) implements Broker {

		@Override
		public String name() {
			return this.broker.name();
		}

		@Override
		public String address() {
			return this.broker.address();
		}

		@Override
		public void connect() {
			this.broker.connect();
		}

		@Override
		public void publish(String topic, Message message) {
			this.broker.publish(topic, message);
		}

		@Override
		public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
			if (!topic.isEmpty()) {
				try (Admin admin = Admin.create(Map.of("bootstrap.servers", this.broker.address()))) {
					admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
				}
				catch (Exception ex) {
					if (!(ex.getCause() instanceof ApiException)) {
						throw new IllegalStateException(ex);
					}
				}
			}
			return this.broker.subscribe(topic, options, handler);
		}

		@Override
		public Set<BrokerFeature> features() {
			Set<BrokerFeature> features = EnumSet.copyOf(this.broker.features());
			features.add(BrokerFeature.ORDER);
			return features;
		}

		@Override
		public HealthReport health() {
			return this.broker.health();
		}

		@Override
		public void close() {
			this.broker.close();
		}

	}

}
