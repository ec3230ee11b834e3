package io.microspring.autoconfigure.broker;

import java.time.Duration;

import io.microspring.autoconfigure.ByteLimit;
import io.microspring.autoconfigure.transport.TransportTls;
import io.microspring.broker.HttpBrokerOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * How the HTTP broker works.
 *
 * @param advertise Host, or host and port, that others reach it at; by default as bound,
 * and a private address of this host where that is a wildcard.
 * @param maxMessageSize Largest message, as it stands in the request.
 * @param registerTtl How long a subscription lives in the registry unless renewed.
 * @param registerInterval How often a subscription is renewed.
 * @param queueSize How many messages may wait for one subscriber.
 * @param publishTimeout How long publishing waits for a subscriber that does not keep up.
 * @param secure Whether it listens with the TLS of micro.server.ssl, and says so to
 * publishers; by default it does when the server does.
 */
@ConfigurationProperties("micro.broker.http")
public record HttpBrokerProperties(@DefaultValue("") String advertise, @DefaultValue("4MB") DataSize maxMessageSize,
		@DefaultValue("1m") Duration registerTtl, @DefaultValue("30s") Duration registerInterval,
		@DefaultValue("1024") int queueSize, @DefaultValue("5s") Duration publishTimeout, @Nullable Boolean secure) {

	HttpBrokerOptions toOptions(String address, TransportTls tls) {
		TlsOptions server = tls.server();
		if (Boolean.TRUE.equals(this.secure) && server == null) {
			throw new InvalidConfigurationPropertyValueException("micro.broker.http.secure", true,
					"It listens with the certificate of micro.server.ssl, which has none.");
		}
		String listen = address.isEmpty() ? HttpBrokerOptions.defaults().address() : address;
		return new HttpBrokerOptions(listen, this.advertise,
				new ByteLimit("micro.broker.http.max-message-size", this.maxMessageSize).bytes(), this.registerTtl,
				this.registerInterval, this.queueSize, this.publishTimeout,
				Boolean.FALSE.equals(this.secure) ? null : server, tls.client());
	}

}
