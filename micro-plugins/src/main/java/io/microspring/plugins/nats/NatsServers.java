package io.microspring.plugins.nats;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

import io.microspring.options.Limits;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * Where NATS is, and who asks. Immutable. An address that is none, a time outside its
 * limits and more than one way to say who asks are an {@link IllegalArgumentException}.
 *
 * @param address the servers of the cluster as {@code host:port}, separated by commas;
 * {@code 127.0.0.1:4222} by default. Port 4222 is added where there is none, and
 * {@code tls://} in front of any makes it TLS to all. User, query and fragment are
 * refused. The servers that these tell of are used as well
 * @param username who asks, empty for nobody
 * @param password the user's password; it is in no log and no message
 * @param token what is shown instead of a user, empty for none; in no log and no message
 * @param credentialsFile a file of NATS's with a JWT and the seed of its NKey, or with a
 * seed alone; null for none. It is read at each connection
 * @param tls TLS to every server; null for none but where the address says {@code tls://}
 * @param connectTimeout how long to wait for a connection and for the server to confirm;
 * 5 s by default, from 1 ms to 10 min
 */
public record NatsServers(String address, String username, String password, String token,
		@Nullable Path credentialsFile, @Nullable TlsOptions tls, Duration connectTimeout) {

	private static final NatsServers DEFAULTS = new NatsServers("127.0.0.1:4222", "", "", "", null, null,
			Duration.ofSeconds(5));

	public NatsServers {
		NatsAddress.all(Objects.requireNonNull(address, "address"));
		Objects.requireNonNull(username, "username");
		Objects.requireNonNull(password, "password");
		Objects.requireNonNull(token, "token");
		if ((username.isEmpty() ? 0 : 1) + (token.isEmpty() ? 0 : 1) + ((credentialsFile == null) ? 0 : 1) > 1) {
			throw new IllegalArgumentException(
					"Who asks is said in one way: by username and password, by token or by credentialsFile");
		}
		Limits.requireBetween("connectTimeout", connectTimeout, Duration.ofMillis(1), Duration.ofMinutes(10));
	}

	/**
	 * The defaults: the server on this host, which lets in anybody.
	 * @return the servers
	 */
	public static NatsServers defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with other servers.
	 * @param address the servers, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public NatsServers withAddress(String address) {
		return new NatsServers(address.isBlank() ? this.address : address, this.username, this.password, this.token,
				this.credentialsFile, this.tls, this.connectTimeout);
	}

	/**
	 * A copy for a user.
	 * @param username who asks
	 * @param password the user's password
	 * @return the copy
	 */
	public NatsServers withCredentials(String username, String password) {
		return new NatsServers(this.address, username, password, this.token, this.credentialsFile, this.tls,
				this.connectTimeout);
	}

	/**
	 * A copy with a token.
	 * @param token what to show
	 * @return the copy
	 */
	public NatsServers withToken(String token) {
		return new NatsServers(this.address, this.username, this.password, token, this.credentialsFile, this.tls,
				this.connectTimeout);
	}

	/**
	 * A copy with a file that says who asks.
	 * @param credentialsFile a file with a JWT and a seed, or with a seed; null for none
	 * @return the copy
	 */
	public NatsServers withCredentialsFile(@Nullable Path credentialsFile) {
		return new NatsServers(this.address, this.username, this.password, this.token, credentialsFile, this.tls,
				this.connectTimeout);
	}

	/**
	 * A copy with TLS.
	 * @param tls whom to believe, and the certificate to show, if any; null for none but
	 * where the address says so
	 * @return the copy
	 */
	public NatsServers withTls(@Nullable TlsOptions tls) {
		return new NatsServers(this.address, this.username, this.password, this.token, this.credentialsFile, tls,
				this.connectTimeout);
	}

	/**
	 * A copy with another time-out.
	 * @param connectTimeout how long to wait for a connection and for a confirmation
	 * @return the copy
	 */
	public NatsServers withConnectTimeout(Duration connectTimeout) {
		return new NatsServers(this.address, this.username, this.password, this.token, this.credentialsFile, this.tls,
				connectTimeout);
	}

	@Override
	public String toString() {
		return "NatsServers[address=" + this.address + ", username=" + this.username + ", password="
				+ (this.password.isEmpty() ? "" : "***") + ", token=" + (this.token.isEmpty() ? "" : "***")
				+ ", credentialsFile=" + this.credentialsFile + ", tls=" + this.tls + ", connectTimeout="
				+ this.connectTimeout + "]";
	}

}
