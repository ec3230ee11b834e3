package io.microspring.autoconfigure.broker;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import io.microspring.plugins.broker.kafka.KafkaOptions;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.kafka.autoconfigure.SslBundleSslEngineFactory;
import org.springframework.boot.ssl.SslBundle;

/**
 * What the application says of Kafka by Boot's own properties and connection details: it
 * stands behind ours.
 *
 * @param address the Kafka brokers, separated by commas
 * @param properties properties of the Kafka clients, such as those of TLS
 * @param transactions the prefix of the ids of transactions; empty for none
 */
record BootKafka(String address, Map<String, Object> properties, String transactions) {

	private static final String BOOTSTRAP = "bootstrap.servers";

	static BootKafka of(KafkaConnectionDetails details, KafkaProperties properties) {
		KafkaConnectionDetails.Configuration access = details.getAdmin();
		Map<String, Object> all = new LinkedHashMap<>(properties.buildAdminProperties());
		all.remove(BOOTSTRAP);
		String protocol = access.getSecurityProtocol();
		if (protocol != null) {
			all.put("security.protocol", protocol);
		}
		SslBundle bundle = access.getSslBundle();
		if (bundle != null) {
			all.put("ssl.engine.factory.class", SslBundleSslEngineFactory.class.getName());
			all.put(SslBundle.class.getName(), bundle);
		}
		return new BootKafka(String.join(",", access.getBootstrapServers()), all,
				Objects.requireNonNullElse(properties.getProducer().getTransactionIdPrefix(), ""));
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
		Map<String, Object> all = new LinkedHashMap<>(this.properties);
		all.putAll(options.properties());
		return options.withAddress(this.address).withProperties(all);
	}

}
