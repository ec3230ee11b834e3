package io.microspring.autoconfigure.broker;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.StringValue;
import io.lettuce.core.RedisClient;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerFeature;
import io.microspring.client.Client;
import io.microspring.plugins.broker.redis.RedisOptions;
import io.microspring.plugins.broker.redis.RedisOptions.Mode;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Redis by one property, at the address and with the password that Boot knows.
 */
class RedisBrokerAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(ServerRecipe.redis("requirepass secret\n", Map.of()));

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, DataRedisAutoConfiguration.class))
		.withPropertyValues("micro.broker.type=redis");

	@Test
	void messagesGoThroughTheRedisThatBootKnows() {
		REDIS.requireOurs();
		String[] address = REDIS.address().split(":");
		this.runner.withUserConfiguration(Listening.class)
			.withPropertyValues("spring.data.redis.host=" + address[0], "spring.data.redis.port=" + address[1],
					"spring.data.redis.password=secret", "micro.broker.redis.mode=streams")
			.run((context) -> {
				Broker broker = context.getBean(Broker.class);
				assertThat(broker.address()).isEqualTo(REDIS.address());
				assertThat(broker.features()).contains(BrokerFeature.DURABLE_QUEUES);
				context.getBean(Client.class).publish("micro-news", StringValue.of("one"));
				assertThat(context.getBean(Listening.class).received.poll(30, TimeUnit.SECONDS))
					.isEqualTo(StringValue.of("one"));
			});
	}

	@Test
	void ourOwnAddressAndDetailsWinOverBoots() {
		this.runner.withPropertyValues("spring.data.redis.host=boot", "micro.broker.address=own:2")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("own:2"));
		this.runner.withBean(MicroBrokerConnectionDetails.class, () -> () -> "details:1")
			.withPropertyValues("micro.broker.address=own:2")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("details:1"));
	}

	@Test
	void connectionDetailsOfAContainerWinOverProperties() {
		this.runner.withBean(DataRedisConnectionDetails.class, () -> new DataRedisConnectionDetails() {

			@Override
			public Standalone getStandalone() {
				return Standalone.of("container", 1);
			}

		})
			.withPropertyValues("spring.data.redis.host=boot")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("container:1"));
	}

	@Test
	void whatBootKnowsStandsBehindOurs() {
		this.runner
			.withPropertyValues("spring.data.redis.username=boot", "spring.data.redis.password=secret",
					"spring.data.redis.database=3", "spring.data.redis.ssl.enabled=true",
					"spring.data.redis.sentinel.master=fleet", "spring.data.redis.sentinel.nodes=a:1,b:2",
					"spring.data.redis.sentinel.password=guard")
			.run((context) -> {
				RedisOptions options = context.getBean(BootRedis.class).behind(RedisOptions.defaults(), "");
				assertThat(options.username()).isEqualTo("boot");
				assertThat(options.password()).isEqualTo("secret");
				assertThat(options.database()).isEqualTo(3);
				assertThat(options.sslContext()).isNotNull();
				assertThat(options.address()).isEqualTo("a:1,b:2");
				assertThat(options.sentinelMaster()).isEqualTo("fleet");
				assertThat(options.sentinelPassword()).isEqualTo("guard");
				RedisOptions own = RedisOptions.defaults().withAddress("own:1").withCredentials("us", "ours");
				assertThat(context.getBean(BootRedis.class).behind(own, "own:1"))
					.extracting(RedisOptions::username, RedisOptions::password, RedisOptions::address,
							RedisOptions::sentinelMaster)
					.containsExactly("us", "ours", "own:1", "");
			});
	}

	@Test
	void clusterIsRefusedWithAWord() {
		this.runner.withPropertyValues("spring.data.redis.cluster.nodes=a:1,b:2")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("spring.data.redis names a cluster")
				.hasMessageContaining("micro.broker.address"));
	}

	@Test
	void everyPropertyIsAnOption() {
		RedisBrokerProperties properties = new RedisBrokerProperties(Mode.STREAMS, "fleet", "guard", 1, "root",
				"secret", Duration.ofSeconds(7), DataSize.ofKilobytes(1), 5, 6, Duration.ofSeconds(8), 9,
				new BackendSsl("", "file:/ca.pem", "c.pem", "k.pem", "redis.test", true));
		RedisOptions options = properties.toOptions("a:1", properties.ssl().withoutBundle());
		assertThat(options).hasNoNullFieldsOrPropertiesExcept("sslContext");
		assertThat(options.toString())
			.contains("STREAMS", "fleet", "database=1", "root", "PT7S", "1024", "prefetch=5", "maxLength=6", "PT8S",
					"maxDeliveries=9", "redis.test")
			.doesNotContain("secret", "guard");
		assertThat(new RedisBrokerProperties(Mode.PUBSUB, "", "", 0, "root", "secret", Duration.ofSeconds(7),
				DataSize.ofKilobytes(1), 5, 6, Duration.ofSeconds(8), 9, new BackendSsl("", "", "", "", "", false))
			.toString()).doesNotContain("secret");
	}

	@Test
	void whenBootsModuleIsNotThereThenRedisWorksStill() {
		MicroRunner.memory()
			.withPropertyValues("micro.broker.type=redis")
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.data.redis"))
			.run((context) -> assertThat(context.getBean(Broker.class).name()).isEqualTo("redis"));
	}

	@Test
	void whenTheDriverIsNotThereThenTheOptionsAreNotEither() {
		MicroRunner.memory()
			.withClassLoader(new FilteredClassLoader(RedisClient.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RedisBrokerAutoConfiguration.class));
	}

	static class Listening {

		private final BlockingQueue<StringValue> received = new LinkedBlockingQueue<>();

		@MicroSubscriber(topic = "micro-news", queue = "readers")
		public void onNews(StringValue news) {
			this.received.add(news);
		}

	}

}
