package io.microspring.autoconfigure.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.BackendSsl;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerFeature;
import io.microspring.client.Client;
import io.microspring.plugins.broker.nats.NatsBrokerOptions;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.nats.client.Nats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * NATS by one property, and JetStream by another.
 */
class NatsBrokerAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(
			ServerRecipe.nats("jetstream { store_dir: \"{dir}/streams\" }"));

	private final ApplicationContextRunner runner = MicroRunner.memory().withPropertyValues("micro.broker.type=nats");

	@ParameterizedTest
	@ValueSource(strings = { "core", "jetstream" })
	void messagesGoThroughNats(String mode) {
		this.runner.withUserConfiguration(Listening.class)
			.withBean(MicroBrokerConnectionDetails.class, () -> NATS::address)
			.withPropertyValues("micro.broker.address=127.0.0.1:1", "micro.broker.nats.mode=" + mode)
			.run((context) -> {
				Broker broker = context.getBean(Broker.class);
				assertThat(broker).hasToString("nats at " + NATS.address());
				assertThat(broker.features().contains(BrokerFeature.DURABLE_QUEUES))
					.isEqualTo(mode.equals("jetstream"));
				context.getBean(Client.class).publish("micro-news", new Text("one"));
				assertThat(context.getBean(Listening.class).received.poll(30, TimeUnit.SECONDS))
					.isEqualTo(new Text("one"));
			});
	}

	@Test
	void propertiesReachTheBroker() {
		this.runner.withPropertyValues("micro.broker.nats.ssl.trust-certificate=ca.pem")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("ca.pem"));
		NatsBrokerProperties properties = new NatsBrokerProperties(NatsBrokerOptions.Mode.JETSTREAM, "root", "secret",
				"", "", Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofDays(4), 5,
				new BackendSsl("", "ca.pem", "", "", "nats.test", false));
		assertThat(properties.toString()).doesNotContain("secret");
		NatsBrokerOptions options = properties.toOptions("nats:4222", properties.ssl().withoutBundle());
		assertThat(options.mode()).isEqualTo(NatsBrokerOptions.Mode.JETSTREAM);
		assertThat(options.ackWait()).hasSeconds(3);
		assertThat(options.maxAge()).hasDays(4);
		assertThat(options.replicas()).isEqualTo(5);
		assertThat(options.servers().address()).isEqualTo("nats:4222");
		assertThat(options.servers().password()).isEqualTo("secret");
		assertThat(options.servers().connectTimeout()).hasSeconds(2);
		assertThat(options.servers().tls()).isNotNull()
			.satisfies((tls) -> assertThat(tls.trustCertificate()).isEqualTo(Path.of("ca.pem")));
	}

	@Test
	void whenTheDriverIsNotThereThenTheOptionsAreNotEither() {
		MicroRunner.memory()
			.withClassLoader(new FilteredClassLoader(Nats.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(NatsBrokerAutoConfiguration.class));
	}

	record Text(String text) {

	}

	static class Listening {

		private final BlockingQueue<Text> received = new LinkedBlockingQueue<>();

		@MicroSubscriber(topic = "micro-news", queue = "readers")
		public void onNews(Text news) {
			this.received.add(news);
		}

	}

}
