package io.microspring.autoconfigure.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.StringValue;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.plugins.broker.nsq.NsqOptions;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * NSQ by one property.
 */
class NsqBrokerAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer NSQD = new ExternalServer(ServerRecipe.nsqd(Map.of()));

	private final ApplicationContextRunner runner = MicroRunner.memory().withPropertyValues("micro.broker.type=nsq");

	@Test
	void protobufMessagesGoThroughNsq() {
		this.runner.withUserConfiguration(Listening.class)
			.withPropertyValues("micro.broker.address=" + NSQD.address())
			.run((context) -> {
				assertThat(context.getBean(Broker.class).address()).isEqualTo(NSQD.address());
				context.getBean(Client.class).publish("micro.proto", StringValue.of("one"));
				assertThat(context.getBean(Listening.class).messages.poll(30, TimeUnit.SECONDS))
					.isEqualTo(StringValue.of("one"));
			});
	}

	@Test
	void propertiesReachTheBroker() {
		this.runner.withPropertyValues("micro.broker.nsq.ssl.trust-certificate=ca.pem")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("ca.pem"));
		this.runner
			.withPropertyValues("micro.broker.nsq.lookupd-address=127.0.0.1:1", "micro.broker.nsq.lookupd-interval=1s")
			.run((context) -> assertThat(context.getBean(Broker.class).health().detail()).contains("nsqlookupd",
					"http://127.0.0.1:1"));
		NsqBrokerProperties properties = new NsqBrokerProperties("hidden", Duration.ofSeconds(2),
				Duration.ofSeconds(30), 7, 9, DataSize.ofKilobytes(1), "lookup:4161", Duration.ofSeconds(5),
				new BackendSsl("", "ca.pem", "", "", "", false));
		assertThat(properties.toString()).doesNotContain("hidden");
		NsqOptions options = properties.toOptions(properties.ssl().withoutBundle());
		assertThat(options.secret()).isEqualTo("hidden");
		assertThat(options.timeout()).hasSeconds(2);
		assertThat(options.messageTimeout()).hasSeconds(30);
		assertThat(options.maxInFlight()).isEqualTo(7);
		assertThat(options.maxDeliveries()).isEqualTo(9);
		assertThat(options.maxMessageSize()).isEqualTo(1024);
		assertThat(options.lookupdAddress()).isEqualTo("lookup:4161");
		assertThat(options.lookupdInterval()).hasSeconds(5);
		assertThat(options.tls()).isNotNull()
			.satisfies((tls) -> assertThat(tls.trustCertificate()).isEqualTo(Path.of("ca.pem")));
	}

	static class Listening {

		private final BlockingQueue<StringValue> messages = new LinkedBlockingQueue<>();

		@MicroSubscriber(topic = "micro.proto", queue = "readers")
		public void onProto(StringValue message) {
			this.messages.add(message);
		}

	}

}
