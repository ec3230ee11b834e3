package io.microspring.autoconfigure.transport;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.ByteLimit;
import io.microspring.plugins.nats.NatsServers;
import io.microspring.plugins.transport.nats.NatsTransportOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the NATS transport works.
 *
 * @param username Who asks; empty when NATS does not want to know.
 * @param password Password of the user.
 * @param token Token to show instead of a user.
 * @param credentialsFile File with a JWT and the seed of its NKey (.creds), or with a
 * seed alone, to show instead of a user.
 * @param connectTimeout How long to wait for a connection and for the server to confirm.
 * @param maxMessageSize Largest body of a message; NATS's own limit (max_payload) is for
 * the whole message, of which a body takes four thirds of its size.
 * @param ssl TLS to NATS; it is on when anything of it is set, or the address begins with
 * tls://.
 */
@ConfigurationProperties("micro.transport.nats")
public record NatsTransportProperties(@DefaultValue("") String username, @DefaultValue("") String password,
		@DefaultValue("") String token, @DefaultValue("") String credentialsFile,
		@DefaultValue("5s") Duration connectTimeout, @DefaultValue("4MB") DataSize maxMessageSize,
		@DefaultValue @NestedConfigurationProperty BackendSsl ssl) {

	NatsTransportOptions toOptions(String address, @Nullable TlsOptions tls) {
		NatsServers servers = NatsServers.defaults()
			.withAddress(address)
			.withCredentials(this.username, this.password)
			.withToken(this.token)
			.withCredentialsFile(BackendSsl.path(this.credentialsFile))
			.withConnectTimeout(this.connectTimeout)
			.withTls(tls);
		return NatsTransportOptions.defaults()
			.withServers(servers)
			.withMaxMessageSize(new ByteLimit("micro.transport.nats.max-message-size", this.maxMessageSize).bytes());
	}

	@Override
	public String toString() {
		return toOptions("", this.ssl.withoutBundle()).toString();
	}

}
