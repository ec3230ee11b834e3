package io.microspring.autoconfigure.broker;

import com.google.cloud.pubsub.v1.Subscriber;
import io.microspring.plugins.broker.googlepubsub.PubSubBroker;
import io.microspring.service.Plugin;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Google Pub/Sub with the options of {@code micro.broker.googlepubsub}; an address is
 * that of an emulator.
 */
@AutoConfiguration(before = MicroBrokerAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(Subscriber.class)
@EnableConfigurationProperties(PubSubBrokerProperties.class)
public final class PubSubBrokerAutoConfiguration {

	@Bean
	Plugin microPubSubBroker(PubSubBrokerProperties properties) {
		return Plugin.broker("googlepubsub",
				(address, registry) -> new PubSubBroker(properties.toOptions().withEmulator(address)));
	}

}
