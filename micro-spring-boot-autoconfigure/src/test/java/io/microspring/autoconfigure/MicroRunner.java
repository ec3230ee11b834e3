package io.microspring.autoconfigure;

import io.microspring.autoconfigure.broker.JmsBrokerAutoConfiguration;
import io.microspring.autoconfigure.broker.KafkaBrokerAutoConfiguration;
import io.microspring.autoconfigure.broker.MicroBrokerAutoConfiguration;
import io.microspring.autoconfigure.broker.MqttBrokerAutoConfiguration;
import io.microspring.autoconfigure.broker.NatsBrokerAutoConfiguration;
import io.microspring.autoconfigure.broker.NsqBrokerAutoConfiguration;
import io.microspring.autoconfigure.broker.PubSubBrokerAutoConfiguration;
import io.microspring.autoconfigure.broker.RabbitBrokerAutoConfiguration;
import io.microspring.autoconfigure.broker.RedisBrokerAutoConfiguration;
import io.microspring.autoconfigure.client.MicroClientAutoConfiguration;
import io.microspring.autoconfigure.registry.ConsulRegistryAutoConfiguration;
import io.microspring.autoconfigure.registry.DnsRegistryAutoConfiguration;
import io.microspring.autoconfigure.registry.EtcdRegistryAutoConfiguration;
import io.microspring.autoconfigure.registry.GossipRegistryAutoConfiguration;
import io.microspring.autoconfigure.registry.KubernetesRegistryAutoConfiguration;
import io.microspring.autoconfigure.registry.MicroRegistryAutoConfiguration;
import io.microspring.autoconfigure.registry.NatsRegistryAutoConfiguration;
import io.microspring.autoconfigure.registry.ZooKeeperRegistryAutoConfiguration;
import io.microspring.autoconfigure.selector.MicroSelectorAutoConfiguration;
import io.microspring.autoconfigure.server.MicroServerAutoConfiguration;
import io.microspring.autoconfigure.transport.MicroTransportAutoConfiguration;
import io.microspring.autoconfigure.transport.NatsTransportAutoConfiguration;
import io.microspring.autoconfigure.transport.RabbitTransportAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Starts contexts for tests.
 */
public final class MicroRunner {

	/** What makes the eight parts. */
	public static final AutoConfigurations PARTS = AutoConfigurations.of(MicroAutoConfiguration.class,
			MicroRegistryAutoConfiguration.class, ConsulRegistryAutoConfiguration.class,
			DnsRegistryAutoConfiguration.class, EtcdRegistryAutoConfiguration.class,
			GossipRegistryAutoConfiguration.class, KubernetesRegistryAutoConfiguration.class,
			NatsRegistryAutoConfiguration.class, ZooKeeperRegistryAutoConfiguration.class,
			MicroBrokerAutoConfiguration.class, KafkaBrokerAutoConfiguration.class, RabbitBrokerAutoConfiguration.class,
			NatsBrokerAutoConfiguration.class, NatsTransportAutoConfiguration.class,
			RabbitTransportAutoConfiguration.class, JmsBrokerAutoConfiguration.class,
			RedisBrokerAutoConfiguration.class, MqttBrokerAutoConfiguration.class, NsqBrokerAutoConfiguration.class,
			PubSubBrokerAutoConfiguration.class, MicroTransportAutoConfiguration.class,
			MicroSelectorAutoConfiguration.class, MicroClientAutoConfiguration.class,
			MicroServerAutoConfiguration.class);

	private MicroRunner() {
	}

	/**
	 * A runner whose parts stay inside the process, with a server on loopback if one is
	 * started.
	 * @return the runner
	 */
	public static ApplicationContextRunner memory() {
		return new ApplicationContextRunner().withConfiguration(PARTS)
			.withPropertyValues("micro.registry.type=memory", "micro.broker.type=memory",
					"micro.server.address=127.0.0.1:0", "micro.server.shutdown.deregister-delay=0",
					"spring.application.name=greeter");
	}

}
