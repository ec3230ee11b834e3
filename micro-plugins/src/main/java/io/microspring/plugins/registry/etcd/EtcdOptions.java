package io.microspring.plugins.registry.etcd;

import java.time.Duration;
import java.util.Objects;

import io.microspring.options.Limits;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * How the etcd registry works. Immutable. An address that is none, and a time-out of less
 * than 1 ms or more than 10 min, is an {@link IllegalArgumentException}.
 *
 * @param address the members of the cluster as {@code host:port}, separated by commas;
 * {@code 127.0.0.1:2379} by default. Port 2379 is added where there is none, and
 * {@code https://} in front of any makes it TLS to all; some with {@code http://} besides
 * are refused, as are user, query and fragment. The first that answers is used, the next
 * when it no longer does
 * @param username who asks, empty for nobody: etcd then has to work without
 * authentication, or by the certificate of the client
 * @param password the user's password; it is in no log and no message
 * @param tls TLS to every member; null for none but where the address says
 * {@code https://}. Its private key is PKCS#8, and its handshake is limited by
 * {@code timeout}
 * @param timeout how long to wait for a connection and for an answer; 5 s by default
 */
public record EtcdOptions(String address, String username, String password, @Nullable TlsOptions tls,
		Duration timeout) {

	public EtcdOptions {
		EtcdAddress.all(Objects.requireNonNull(address, "address"));
		Objects.requireNonNull(username, "username");
		Objects.requireNonNull(password, "password");
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(10));
	}

	/**
	 * The defaults: the member on this host, without authentication.
	 * @return the options
	 */
	public static EtcdOptions defaults() {
		return new EtcdOptions("127.0.0.1:2379", "", "", null, Duration.ofSeconds(5));
	}

	/**
	 * A copy with other members.
	 * @param address the members, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public EtcdOptions withAddress(String address) {
		return new EtcdOptions(address.isBlank() ? this.address : address, this.username, this.password, this.tls,
				this.timeout);
	}

	/**
	 * A copy with credentials.
	 * @param username who asks
	 * @param password the user's password
	 * @return the copy
	 */
	public EtcdOptions withCredentials(String username, String password) {
		return new EtcdOptions(this.address, username, password, this.tls, this.timeout);
	}

	/**
	 * A copy with TLS.
	 * @param tls whom to believe, and the certificate to show, if any; null for none but
	 * where the address says so
	 * @return the copy
	 */
	public EtcdOptions withTls(@Nullable TlsOptions tls) {
		return new EtcdOptions(this.address, this.username, this.password, tls, this.timeout);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long to wait for a connection and for an answer
	 * @return the copy
	 */
	public EtcdOptions withTimeout(Duration timeout) {
		return new EtcdOptions(this.address, this.username, this.password, this.tls, timeout);
	}

	@Override
	public String toString() {
		return "EtcdOptions[address=" + this.address + ", username=" + this.username + ", password="
				+ (this.password.isEmpty() ? "" : "***") + ", tls=" + this.tls + ", timeout=" + this.timeout + "]";
	}

}
