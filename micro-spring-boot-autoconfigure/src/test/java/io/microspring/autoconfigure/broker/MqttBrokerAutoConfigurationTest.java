package io.microspring.autoconfigure.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.StringValue;
import com.hivemq.client.mqtt.MqttClient;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.plugins.broker.mqtt.MqttOptions;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * MQTT by one property.
 */
class MqttBrokerAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer MOSQUITTO = new ExternalServer(
			ServerRecipe.mosquitto("allow_anonymous true", Map.of()));

	private final ApplicationContextRunner runner = MicroRunner.memory().withPropertyValues("micro.broker.type=mqtt");

	@Test
	void objectsAndProtobufMessagesGoThroughMqtt() {
		this.runner.withUserConfiguration(Listening.class)
			.withPropertyValues("micro.broker.address=" + MOSQUITTO.address())
			.run((context) -> {
				assertThat(context.getBean(Broker.class).address()).isEqualTo(MOSQUITTO.address());
				Client client = context.getBean(Client.class);
				client.publish("micro/news", new Text("one"));
				client.publish("micro/proto", StringValue.of("two"));
				Listening listening = context.getBean(Listening.class);
				assertThat(listening.texts.poll(30, TimeUnit.SECONDS)).isEqualTo(new Text("one"));
				assertThat(listening.messages.poll(30, TimeUnit.SECONDS)).isEqualTo(StringValue.of("two"));
			});
	}

	@Test
	void connectionDetailsSayWhereMqttIs() {
		this.runner.withBean(MicroBrokerConnectionDetails.class, () -> () -> "details:1")
			.withPropertyValues("micro.broker.address=own:2")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("details:1"));
	}

	@Test
	void propertiesReachTheBroker() {
		this.runner
			.withPropertyValues("micro.broker.mqtt.version=3.1.1", "micro.broker.mqtt.username=root",
					"micro.broker.mqtt.password=secret", "micro.broker.mqtt.ssl.trust-certificate=ca.pem")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("ca.pem"));
		MqttBrokerProperties properties = new MqttBrokerProperties("3.1.1", "orders-1", "root", "secret",
				Duration.ofSeconds(2), Duration.ofHours(1), 7, DataSize.ofKilobytes(1),
				new BackendSsl("", "ca.pem", "", "", "mqtt.test", false));
		assertThat(properties.toString()).doesNotContain("secret");
		MqttOptions options = properties.toOptions(properties.ssl().withoutBundle());
		assertThat(options.version()).isEqualTo("3.1.1");
		assertThat(options.clientId()).isEqualTo("orders-1");
		assertThat(options.username()).isEqualTo("root");
		assertThat(options.password()).isEqualTo("secret");
		assertThat(options.timeout()).hasSeconds(2);
		assertThat(options.sessionExpiry()).hasHours(1);
		assertThat(options.receiveMaximum()).isEqualTo(7);
		assertThat(options.maxMessageSize()).isEqualTo(1024);
		assertThat(options.tls()).isNotNull().satisfies((tls) -> {
			assertThat(tls.trustCertificate()).isEqualTo(Path.of("ca.pem"));
			assertThat(tls.serverName()).isEqualTo("mqtt.test");
		});
	}

	@Test
	void aPasswordInTheAddressIsRefusedAndNotShown() {
		this.runner.withPropertyValues("micro.broker.address=mqtt://root:secret@127.0.0.1:1").run((context) -> {
			assertThat(context).getFailure().rootCause().hasMessageContaining("micro.broker.mqtt.username");
			assertThat(Throwables.getStackTrace(context.getStartupFailure())).doesNotContain("secret");
		});
	}

	@Test
	void whenTheDriverIsNotThereThenTheOptionsAreNotEither() {
		this.runner.withClassLoader(new FilteredClassLoader(MqttClient.class))
			.withPropertyValues("micro.broker.type=memory")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MqttBrokerAutoConfiguration.class));
	}

	record Text(String text) {

	}

	static class Listening {

		private final BlockingQueue<Text> texts = new LinkedBlockingQueue<>();

		private final BlockingQueue<StringValue> messages = new LinkedBlockingQueue<>();

		@MicroSubscriber(topic = "micro/news", queue = "readers")
		public void onNews(Text news) {
			this.texts.add(news);
		}

		@MicroSubscriber(topic = "micro/proto")
		public void onProto(StringValue message) {
			this.messages.add(message);
		}

	}

}
