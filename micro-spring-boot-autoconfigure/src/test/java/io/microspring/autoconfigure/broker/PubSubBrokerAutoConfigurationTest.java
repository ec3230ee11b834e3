package io.microspring.autoconfigure.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.google.cloud.pubsub.v1.Subscriber;
import com.google.protobuf.StringValue;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.plugins.broker.googlepubsub.PubSubOptions;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Google Pub/Sub by one property.
 */
class PubSubBrokerAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer PUBSUB = new ExternalServer(ServerRecipe.pubsub());

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withPropertyValues("micro.broker.type=googlepubsub");

	@Test
	void protobufMessagesGoThroughPubSub() {
		this.runner.withUserConfiguration(Listening.class)
			.withPropertyValues("micro.broker.address=" + PUBSUB.address(),
					"micro.broker.googlepubsub.project=by-property")
			.run((context) -> {
				assertThat(context.getBean(Broker.class))
					.hasToString("googlepubsub in by-property at " + PUBSUB.address());
				context.getBean(Client.class).publish("micro.proto", StringValue.of("one"));
				assertThat(context.getBean(Listening.class).messages.poll(30, TimeUnit.SECONDS))
					.isEqualTo(StringValue.of("one"));
			});
	}

	@Test
	void propertiesReachTheBroker() {
		this.runner.withPropertyValues("micro.broker.googlepubsub.project=Not One")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("Not One"));
		PubSubOptions options = new PubSubBrokerProperties("shop-prod", "key.json", true, Duration.ofSeconds(30), 7,
				Duration.ofSeconds(2), DataSize.ofKilobytes(1))
			.toOptions();
		assertThat(options).isEqualTo(new PubSubOptions("shop-prod", "", Path.of("key.json"), true,
				Duration.ofSeconds(30), 7, Duration.ofSeconds(2), 1024));
	}

	@Test
	void whenTheDriverIsNotThereThenTheOptionsAreNotEither() {
		this.runner.withClassLoader(new FilteredClassLoader(Subscriber.class))
			.withPropertyValues("micro.broker.type=memory")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PubSubBrokerAutoConfiguration.class));
	}

	static class Listening {

		private final BlockingQueue<StringValue> messages = new LinkedBlockingQueue<>();

		@MicroSubscriber(topic = "micro.proto", queue = "readers")
		public void onProto(StringValue message) {
			this.messages.add(message);
		}

	}

}
