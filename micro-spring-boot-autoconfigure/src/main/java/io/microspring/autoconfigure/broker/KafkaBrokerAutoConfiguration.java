package io.microspring.autoconfigure.broker;

import java.util.Optional;

import io.microspring.plugins.broker.kafka.KafkaBroker;
import io.microspring.plugins.broker.kafka.KafkaOptions;
import io.microspring.service.Plugin;
import org.apache.kafka.clients.producer.KafkaProducer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Kafka with the options of {@code micro.broker.kafka}, and behind them what Boot knows
 * of Kafka when its own module is there.
 */
@AutoConfiguration(before = MicroBrokerAutoConfiguration.class,
		afterName = "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration")
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(KafkaProducer.class)
@EnableConfigurationProperties(KafkaBrokerProperties.class)
public final class KafkaBrokerAutoConfiguration {

	@Bean
	Plugin microKafkaBroker(KafkaBrokerProperties properties, ObjectProvider<BootKafka> boot) {
		KafkaOptions own = properties.toOptions();
		Optional<BootKafka> known = boot.stream().findFirst();
		KafkaOptions options = known.map((kafka) -> kafka.behind(own)).orElse(own);
		return Plugin.broker("kafka", (address, registry) -> {
			if (!properties.ignoreTransactions()) {
				known.ifPresent(BootKafka::requireNoTransactions);
			}
			return new KafkaBroker(options.withAddress(address));
		});
	}

	/**
	 * What Boot knows of Kafka.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(KafkaConnectionDetails.class)
	@ConditionalOnBean({ KafkaConnectionDetails.class, KafkaProperties.class })
	static class BootConfiguration {

		@Bean
		BootKafka microBootKafka(KafkaConnectionDetails details, KafkaProperties properties) {
			return BootKafka.of(details, properties);
		}

	}

}
