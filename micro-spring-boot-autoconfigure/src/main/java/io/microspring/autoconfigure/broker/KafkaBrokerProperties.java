package io.microspring.autoconfigure.broker;

import java.time.Duration;
import java.util.Map;

import io.microspring.autoconfigure.ByteLimit;
import io.microspring.plugins.broker.kafka.KafkaOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the Kafka broker works.
 *
 * @param raw Whether a record carries the body and Kafka headers, instead of go-micro's
 * JSON envelope.
 * @param ordered Whether what one publisher publishes to a topic arrives in order, by one
 * partition, instead of being spread over all of them.
 * @param ignoreTransactions Whether spring.kafka.producer.transaction-id-prefix is the
 * application's own affair: this broker publishes without transactions.
 * @param timeout How long connecting, publishing and joining a group may take.
 * @param maxMessageSize Largest value of a record that is sent or accepted.
 * @param properties More properties of the Kafka clients.
 */
@ConfigurationProperties("micro.broker.kafka")
public record KafkaBrokerProperties(@DefaultValue("false") boolean raw, @DefaultValue("false") boolean ordered,
		@DefaultValue("false") boolean ignoreTransactions, @DefaultValue("10s") Duration timeout,
		@DefaultValue("4MB") DataSize maxMessageSize, @DefaultValue Map<String, String> properties) {

	KafkaOptions toOptions() {
		return KafkaOptions.defaults()
			.withRaw(this.raw)
			.withOrdered(this.ordered)
			.withTimeout(this.timeout)
			.withMaxMessageSize(new ByteLimit("micro.broker.kafka.max-message-size", this.maxMessageSize).bytes())
			.withProperties(this.properties);
	}

	@Override
	public String toString() {
		return toOptions().toString();
	}

}
