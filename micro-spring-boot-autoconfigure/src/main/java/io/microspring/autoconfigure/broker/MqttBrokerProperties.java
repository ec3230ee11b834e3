package io.microspring.autoconfigure.broker;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.ByteLimit;
import io.microspring.plugins.broker.mqtt.MqttOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the MQTT broker works.
 *
 * @param version Version of the protocol: 5 or 3.1.1.
 * @param clientId What this process is called also when it starts again, and no other is:
 * the server then keeps what comes for its queues while it is away. Empty for a name by
 * chance, of which nothing is kept.
 * @param username Who asks; empty when the server does not want to know.
 * @param password Password of the user.
 * @param timeout How long connecting, publishing and subscribing may take, each.
 * @param sessionExpiry How long the server keeps what comes for a process with a client
 * id while that is away, by version 5.
 * @param receiveMaximum How many messages a subscription is sent at the most before the
 * first of them is acknowledged, by version 5; 65535 leaves it to the server.
 * @param maxMessageSize Largest message that is sent or accepted, in its envelope.
 * @param ssl TLS to the server; it is on when anything of it is set, or the address
 * begins with tls://, ssl:// or mqtts://.
 */
@ConfigurationProperties("micro.broker.mqtt")
public record MqttBrokerProperties(@DefaultValue("5") String version, @DefaultValue("") String clientId,
		@DefaultValue("") String username, @DefaultValue("") String password, @DefaultValue("10s") Duration timeout,
		@DefaultValue("1d") Duration sessionExpiry, @DefaultValue("65535") int receiveMaximum,
		@DefaultValue("4MB") DataSize maxMessageSize, @DefaultValue @NestedConfigurationProperty BackendSsl ssl) {

	MqttOptions toOptions(@Nullable TlsOptions tls) {
		return MqttOptions.defaults()
			.withVersion(this.version)
			.withClientId(this.clientId)
			.withCredentials(this.username, this.password)
			.withTimeout(this.timeout)
			.withSessionExpiry(this.sessionExpiry)
			.withReceiveMaximum(this.receiveMaximum)
			.withMaxMessageSize(new ByteLimit("micro.broker.mqtt.max-message-size", this.maxMessageSize).bytes())
			.withTls(tls);
	}

	@Override
	public String toString() {
		return toOptions(this.ssl.withoutBundle()).toString();
	}

}
