package io.microspring.autoconfigure.broker;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.plugins.broker.nats.NatsBrokerOptions;
import io.microspring.plugins.nats.NatsServers;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the NATS broker works.
 *
 * @param mode Whether messages are kept: core, as go-micro's, or jetstream.
 * @param username Who asks; empty when NATS does not want to know.
 * @param password Password of the user.
 * @param token Token to show instead of a user.
 * @param credentialsFile File with a JWT and the seed of its NKey (.creds), or with a
 * seed alone, to show instead of a user.
 * @param connectTimeout How long to wait for a connection and for the server to confirm.
 * @param ackWait With JetStream, how long after its process died a message that was not
 * acknowledged comes again.
 * @param maxAge With JetStream, how long the streams made here keep a message; 0 for
 * ever.
 * @param replicas With JetStream, how many servers keep each message of those streams.
 * @param ssl TLS to NATS; it is on when anything of it is set, or the address begins with
 * tls://.
 */
@ConfigurationProperties("micro.broker.nats")
public record NatsBrokerProperties(@DefaultValue("core") NatsBrokerOptions.Mode mode, @DefaultValue("") String username,
		@DefaultValue("") String password, @DefaultValue("") String token, @DefaultValue("") String credentialsFile,
		@DefaultValue("5s") Duration connectTimeout, @DefaultValue("30s") Duration ackWait,
		@DefaultValue("7d") Duration maxAge, @DefaultValue("1") int replicas,
		@DefaultValue @NestedConfigurationProperty BackendSsl ssl) {

	NatsBrokerOptions toOptions(String address, @Nullable TlsOptions tls) {
		NatsServers servers = NatsServers.defaults()
			.withAddress(address)
			.withCredentials(this.username, this.password)
			.withToken(this.token)
			.withCredentialsFile(BackendSsl.path(this.credentialsFile))
			.withConnectTimeout(this.connectTimeout)
			.withTls(tls);
		return NatsBrokerOptions.defaults()
			.withServers(servers)
			.withMode(this.mode)
			.withAckWait(this.ackWait)
			.withStreams(this.maxAge, this.replicas);
	}

	@Override
	public String toString() {
		return toOptions("", this.ssl.withoutBundle()).toString();
	}

}
