package io.microspring.autoconfigure.broker;

import java.time.Duration;

import io.microspring.broker.HttpBrokerOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the HTTP broker works.
 *
 * @param maxMessageSize largest message, as it stands in the request
 * @param registerTtl how long a subscription lives in the registry unless renewed
 * @param registerInterval how often a subscription is renewed
 * @param queueSize how many messages may wait for one subscriber
 */
@ConfigurationProperties("micro.broker.http")
public record HttpBrokerProperties(@DefaultValue("4MB") DataSize maxMessageSize,
		@DefaultValue("1m") Duration registerTtl, @DefaultValue("30s") Duration registerInterval,
		@DefaultValue("1024") int queueSize) {

	HttpBrokerOptions toOptions(String address) {
		String listen = address.isEmpty() ? HttpBrokerOptions.defaults().address() : address;
		return new HttpBrokerOptions(listen, Math.toIntExact(this.maxMessageSize.toBytes()), this.registerTtl,
				this.registerInterval, this.queueSize);
	}

}
