package io.microspring.autoconfigure.registry;

import java.time.Duration;

import io.microspring.plugins.registry.etcd.EtcdOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
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
		@DefaultValue("5s") Duration timeout, @DefaultValue Ssl ssl) {

	EtcdOptions toOptions(String address) {
		return EtcdOptions.defaults()
			.withAddress(address)
			.withCredentials(this.username, this.password)
			.withTimeout(this.timeout)
			.withTls(this.ssl.toOptions());
	}

	@Override
	public String toString() {
		return toOptions("").toString();
	}

	/**
	 * TLS to etcd.
	 *
	 * @param trustCertificate PEM file of the authorities that are believed; empty for
	 * those that the JVM believes.
	 * @param certificate PEM file of the certificate to show, for an etcd that wants one.
	 * @param privateKey PEM file of the certificate's private key, PKCS#8, not encrypted.
	 * @param serverName Name that must stand in etcd's certificate; empty for the host of
	 * the address.
	 * @param insecureSkipVerify Whether any certificate is believed, for tries only:
	 * anybody in between can read and change what is said.
	 */
	public record Ssl(@DefaultValue("") String trustCertificate, @DefaultValue("") String certificate,
			@DefaultValue("") String privateKey, @DefaultValue("") String serverName,
			@DefaultValue("false") boolean insecureSkipVerify) {

		@Nullable TlsOptions toOptions() {
			return RegistryTls.options(this.trustCertificate, this.certificate, this.privateKey, this.serverName,
					this.insecureSkipVerify);
		}

	}

}
