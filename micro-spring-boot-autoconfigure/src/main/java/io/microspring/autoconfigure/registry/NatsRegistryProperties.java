package io.microspring.autoconfigure.registry;

import java.time.Duration;
import java.util.List;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.plugins.registry.nats.NatsOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the NATS registry works.
 *
 * @param username Who asks; empty when NATS does not want to know.
 * @param password Password of the user.
 * @param token Token to show instead of a user.
 * @param credentialsFile File with a JWT and the seed of its NKey (.creds), or with a
 * seed alone, to show instead of a user.
 * @param timeout How long a look-up goes on waiting for answers after the last one.
 * @param connectTimeout How long to wait for a connection and for the server to confirm.
 * @param quorum How many nodes of a version end a look-up early; 0 for none.
 * @param silence How long a watched node may say nothing of itself before it is asked.
 * @param querySubjects Where questions are asked and answered; those of the newest
 * go-micro are asked at micro.nats.query.
 * @param watchSubjects Where nodes say that they come and go; those of the newest
 * go-micro say it at micro.nats.watch.
 * @param ssl TLS to NATS; it is on when anything of it is set, or the address begins with
 * tls://.
 */
@ConfigurationProperties("micro.registry.nats")
public record NatsRegistryProperties(@DefaultValue("") String username, @DefaultValue("") String password,
		@DefaultValue("") String token, @DefaultValue("") String credentialsFile,
		@DefaultValue("100ms") Duration timeout, @DefaultValue("5s") Duration connectTimeout,
		@DefaultValue("0") int quorum, @DefaultValue("60s") Duration silence,
		@DefaultValue("micro.registry.nats.query") List<String> querySubjects,
		@DefaultValue("micro.registry.nats.watch") List<String> watchSubjects,
		@DefaultValue @NestedConfigurationProperty BackendSsl ssl) {

	NatsOptions toOptions(String address, @Nullable TlsOptions tls) {
		return NatsOptions.defaults()
			.withAddress(address)
			.withCredentials(this.username, this.password)
			.withToken(this.token)
			.withCredentialsFile(BackendSsl.path(this.credentialsFile))
			.withTimeout(this.timeout)
			.withConnectTimeout(this.connectTimeout)
			.withQuorum(this.quorum)
			.withSilence(this.silence)
			.withSubjects(this.querySubjects, this.watchSubjects)
			.withTls(tls);
	}

	@Override
	public String toString() {
		return toOptions("", this.ssl.withoutBundle()).toString();
	}

}
