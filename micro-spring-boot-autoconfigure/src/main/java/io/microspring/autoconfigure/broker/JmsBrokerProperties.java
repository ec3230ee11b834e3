package io.microspring.autoconfigure.broker;

import io.microspring.autoconfigure.ByteLimit;
import io.microspring.plugins.broker.jms.JmsOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the JMS broker works.
 *
 * @param username Who comes; empty for whom the connection factory says.
 * @param password Password of the user.
 * @param virtualTopics What the virtual topics of ActiveMQ Classic begin with; empty
 * where all are.
 * @param persistent Whether the server keeps messages over its restart.
 * @param maxMessageSize Largest body that is published or accepted.
 * @param prefetch How many messages of a subscription may be with its handler that are
 * not dealt with.
 */
@ConfigurationProperties("micro.broker.jms")
public record JmsBrokerProperties(@DefaultValue("") String username, @DefaultValue("") String password,
		@DefaultValue("VirtualTopic.") String virtualTopics, @DefaultValue("true") boolean persistent,
		@DefaultValue("4MB") DataSize maxMessageSize, @DefaultValue("100") int prefetch) {

	JmsOptions toOptions() {
		return JmsOptions.defaults()
			.withCredentials(this.username, this.password)
			.withVirtualTopics(this.virtualTopics)
			.withPersistent(this.persistent)
			.withMaxMessageSize(new ByteLimit("micro.broker.jms.max-message-size", this.maxMessageSize).bytes())
			.withPrefetch(this.prefetch);
	}

	@Override
	public String toString() {
		return toOptions().toString();
	}

}
