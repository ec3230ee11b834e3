package io.microspring.autoconfigure.broker;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.ByteLimit;
import io.microspring.plugins.broker.googlepubsub.PubSubOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the Google Pub/Sub broker works. Its address is that of an emulator; without one it
 * is Google's own service.
 *
 * @param project Project of Google Cloud; empty for what the variable
 * GOOGLE_CLOUD_PROJECT says.
 * @param credentialsFile Key file of a service account; empty for what Google's libraries
 * find by themselves.
 * @param queuePerTopic Whether the topic stands in front of a queue's name, so that one
 * name may be the queue of several topics. Go-micro has the name alone.
 * @param ackDeadline How long a message is kept from others while its process says
 * nothing of it.
 * @param maxOutstanding How many messages a subscription is sent that are not
 * acknowledged.
 * @param timeout How long publishing and subscribing may take, each.
 * @param maxMessageSize Largest body that is sent or accepted.
 */
@ConfigurationProperties("micro.broker.googlepubsub")
public record PubSubBrokerProperties(@DefaultValue("") String project, @DefaultValue("") String credentialsFile,
		@DefaultValue("false") boolean queuePerTopic, @DefaultValue("20s") Duration ackDeadline,
		@DefaultValue("1000") int maxOutstanding, @DefaultValue("10s") Duration timeout,
		@DefaultValue("4MB") DataSize maxMessageSize) {

	PubSubOptions toOptions() {
		return PubSubOptions.defaults()
			.withProject(this.project)
			.withCredentialsFile(BackendSsl.path(this.credentialsFile))
			.withQueuePerTopic(this.queuePerTopic)
			.withAckDeadline(this.ackDeadline)
			.withMaxOutstanding(this.maxOutstanding)
			.withTimeout(this.timeout)
			.withMaxMessageSize(
					new ByteLimit("micro.broker.googlepubsub.max-message-size", this.maxMessageSize).bytes());
	}

}
