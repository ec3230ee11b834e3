package io.microspring.autoconfigure.broker;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import io.microspring.plugins.broker.kafka.KafkaOptions;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;

/**
 * What the application says of Kafka by Boot's own properties and connection details: it
 * stands behind ours.
 *
 * @param address the Kafka brokers, separated by commas
 * @param properties properties of the Kafka clients, such as those of TLS
 * @param transactions the prefix of the ids of transactions; empty for none
 */
record BootKafka(String address, Map<String, String> properties, String transactions) {

	private static final String BOOTSTRAP = "bootstrap.servers";

	static BootKafka of(KafkaConnectionDetails details, KafkaProperties properties) {
		Map<String, String> texts = new LinkedHashMap<>();
		properties.buildAdminProperties().forEach((key, value) -> texts.put(key, text(value)));
		texts.remove(BOOTSTRAP);
		String protocol = details.getSecurityProtocol();
		if (protocol != null) {
			texts.put("security.protocol", protocol);
		}
		return new BootKafka(String.join(",", details.getBootstrapServers()), texts,
				Objects.requireNonNullElse(properties.getProducer().getTransactionIdPrefix(), ""));
	}

	private static String text(Object value) {
		return (value instanceof Collection<?> values)
				? values.stream().map(String::valueOf).collect(Collectors.joining(",")) : String.valueOf(value);
	}

	/** Publishes without transactions: whoever asks for them is to know. */
	void requireNoTransactions() {
		if (!this.transactions.isEmpty()) {
			throw new InvalidConfigurationPropertyValueException("spring.kafka.producer.transaction-id-prefix",
					this.transactions,
					"The Kafka broker of micro.broker.type publishes each message by itself, without transactions."
							+ " Remove the property, or, where it is for a KafkaTemplate of the application,"
							+ " set micro.broker.kafka.ignore-transactions to true.");
		}
	}

	KafkaOptions behind(KafkaOptions options) {
		Map<String, String> all = new LinkedHashMap<>(this.properties);
		all.putAll(options.properties());
		return options.withAddress(this.address).withProperties(all);
	}

}
