package io.microspring.autoconfigure.broker;

import io.microspring.autoconfigure.MicroRunner;
import io.microspring.broker.Broker;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jms.connection.CachingConnectionFactory;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * JMS by one property, over the connection factory that there is.
 */
class JmsBrokerAutoConfigurationTest {

	private final ApplicationContextRunner runner = MicroRunner.memory().withPropertyValues("micro.broker.type=jms");

	@Test
	void connectionFactoryOfTheApplicationIsUsedWithoutWhatSharesItsConnections() {
		ConnectionFactory factory = new ActiveMQConnectionFactory("tcp://127.0.0.1:1") {

			private static final long serialVersionUID = 1L;

			@Override
			public jakarta.jms.Connection createConnection() throws JMSException {
				throw new JMSException("asked of the factory itself");
			}

		};
		this.runner.withBean(ConnectionFactory.class, () -> new CachingConnectionFactory(factory)).run((context) -> {
			Broker broker = context.getBean(Broker.class);
			assertThat(broker.address()).isEmpty();
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(broker::connect)
				.withMessageContaining("asked of the factory itself");
		});
	}

	@Test
	void addressNamesAnArtemis() {
		this.runner.withBean(ConnectionFactory.class, ActiveMQConnectionFactory::new)
			.withPropertyValues("micro.broker.address=own:2")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("own:2"));
		this.runner.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("127.0.0.1:61616"));
	}

	@Test
	void everyPropertyIsAnOption() {
		assertThat(new JmsBrokerProperties("root", "secret", "V.", false, DataSize.ofKilobytes(1), 5).toString())
			.contains("root", "virtualTopics=V.", "persistent=false", "1024", "prefetch=5")
			.doesNotContain("secret");
	}

	@Test
	void whenJmsIsNotThereThenTheOptionsAreNotEither() {
		MicroRunner.memory()
			.withClassLoader(new FilteredClassLoader(ConnectionFactory.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(JmsBrokerAutoConfiguration.class));
	}

}
