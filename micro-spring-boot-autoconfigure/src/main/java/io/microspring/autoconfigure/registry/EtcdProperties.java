package io.microspring.autoconfigure.registry;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.plugins.registry.etcd.EtcdOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the etcd registry works.
 *
 * @param username Who asks; empty when etcd does not want to know.
 * @param password Password of the user.
 * @param timeout How long to wait for a connection and for an answer.
 * @param ssl TLS to etcd; it is on when anything of it is set, or the address begins with
 * https://.
 */
@ConfigurationProperties("micro.registry.etcd")
public record EtcdProperties(@DefaultValue("") String username, @DefaultValue("") String password,
		@DefaultValue("5s") Duration timeout, @DefaultValue @NestedConfigurationProperty BackendSsl ssl) {

	EtcdOptions toOptions(String address, @Nullable TlsOptions tls) {
		return EtcdOptions.defaults()
			.withAddress(address)
			.withCredentials(this.username, this.password)
			.withTimeout(this.timeout)
			.withTls(tls);
	}

	@Override
	public String toString() {
		return toOptions("", this.ssl.withoutBundle()).toString();
	}

}
