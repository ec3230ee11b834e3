package io.microspring.plugins.broker.kafka;

import java.time.Duration;
import java.util.Map;

import io.microspring.test.server.Backends;
import io.microspring.test.server.TestServer;
import kafka.server.BrokerServer;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/**
 * A Kafka of this process, started by the first class that needs it and stopped after the
 * last.
 */
final class EmbeddedKafka implements TestServer, BeforeAllCallback {

	/** Of topics that are made when they are first used. */
	static final int PARTITIONS = 3;

	private Running running;

	@Override
	public void beforeAll(ExtensionContext context) {
		this.running = context.getRoot()
			.getStore(ExtensionContext.Namespace.create(EmbeddedKafka.class))
			.computeIfAbsent(Running.class, (key) -> new Running(), Running.class);
	}

	@Override
	public String address() {
		return this.running.broker.getBrokersAsString();
	}

	/** The controller lives on, whom no client knows. */
	@Override
	public void kill() {
		BrokerServer server = server();
		server.shutdown();
		server.awaitShutdown();
	}

	@Override
	public void start() {
		server().startup();
	}

	private BrokerServer server() {
		return this.running.broker.getCluster().brokers().values().iterator().next();
	}

	KafkaOptions options() {
		return options(address());
	}

	/**
	 * Members hear at their next heartbeat that another one came, and are given up after
	 * some that did not come: here, soon. So is a Kafka that is away.
	 */
	static KafkaOptions options(String address) {
		return KafkaOptions.defaults()
			.withAddress(address)
			.withTimeout(Duration.ofSeconds(5))
			.withProperties(Map.of("heartbeat.interval.ms", "200", "session.timeout.ms", "6000"));
	}

	private static final class Running implements AutoCloseable {

		private final EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, PARTITIONS);

		Running() {
			this.broker.brokerProperties(
					Map.of("num.partitions", String.valueOf(PARTITIONS), "group.initial.rebalance.delay.ms", "0",
							"transaction.state.log.replication.factor", "1", "transaction.state.log.min.isr", "1",
							"message.max.bytes", "8388608", "replica.fetch.max.bytes", "8388608"));
			this.broker.afterPropertiesSet();
			Backends.run("kafka", AppInfoParser.getVersion());
		}

		@Override
		public void close() {
			this.broker.destroy();
		}

	}

}
