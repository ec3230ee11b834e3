package io.microspring.plugins.registry.zookeeper;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import io.microspring.options.Limits;

/**
 * How the ZooKeeper registry works. Immutable.
 *
 * @param address the ZooKeeper servers as {@code host:port}, separated by commas, with a
 * chroot that exists behind the last one, if any: {@code zk1:2181,zk2:2181/fleet};
 * {@code 127.0.0.1:2181} by default, as go-micro. Port 2181 is added where there is none;
 * user, query and fragment are refused
 * @param namespace the path above {@code /micro-registry}, made when it is not there;
 * empty, the default, for none, as go-micro
 * @param username the user for digest authentication, empty for none; services that are
 * registered then belong to that user alone
 * @param password the user's password; it is in no log and no message
 * @param ephemeral whether nodes live as long as the session: true by default; false is
 * go-micro's way, where they stay until somebody takes them back, whatever their time to
 * live
 * @param timeout how long to wait for a connection and for an answer; 5 s by default
 * @param sessionTimeout how long the session, and with it what is ephemeral, lives on
 * when ZooKeeper hears nothing of this process; 10 s by default. ZooKeeper has limits of
 * its own, by default 4 s and 40 s
 * @param properties ZooKeeper's own settings of its clients, such as
 * {@code zookeeper.client.secure} and {@code zookeeper.ssl.trustStore.location}; their
 * values are in no log and no message of ours. Any {@code zookeeper.ssl.*} makes the
 * connection secure; together with a {@code zookeeper.client.secure} of false it is
 * refused
 */
public record ZooKeeperOptions(String address, String namespace, String username, String password, boolean ephemeral,
		Duration timeout, Duration sessionTimeout, Map<String, String> properties) {

	private static final String SECURE = "zookeeper.client.secure";

	private static final Duration LONGEST = Duration.ofMinutes(10);

	public ZooKeeperOptions {
		ZooKeeperServers.of(address);
		namespace = namespace.replaceAll("^/+|/+$", "");
		Objects.requireNonNull(password, "password");
		properties = secured(properties);
		if (username.indexOf(':') >= 0) {
			// Not shown: what stands behind the colon may be the password.
			throw new IllegalArgumentException("username must be without a colon");
		}
		if (username.isEmpty() && !password.isEmpty()) {
			throw new IllegalArgumentException("a password needs a username");
		}
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), LONGEST);
		Limits.requireBetween("sessionTimeout", sessionTimeout, Duration.ofMillis(100), LONGEST);
	}

	/**
	 * The defaults: the server of this host.
	 * @return the options
	 */
	public static ZooKeeperOptions defaults() {
		return new ZooKeeperOptions("127.0.0.1:2181", "", "", "", true, Duration.ofSeconds(5), Duration.ofSeconds(10),
				Map.of());
	}

	/**
	 * A copy with other servers.
	 * @param address the servers, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public ZooKeeperOptions withAddress(String address) {
		return new ZooKeeperOptions(address.isBlank() ? this.address : address, this.namespace, this.username,
				this.password, this.ephemeral, this.timeout, this.sessionTimeout, this.properties);
	}

	/**
	 * A copy with a namespace.
	 * @param namespace the path above {@code /micro-registry}
	 * @return the copy
	 */
	public ZooKeeperOptions withNamespace(String namespace) {
		return new ZooKeeperOptions(this.address, namespace, this.username, this.password, this.ephemeral, this.timeout,
				this.sessionTimeout, this.properties);
	}

	/**
	 * A copy with credentials.
	 * @param username the user, empty for none
	 * @param password the user's password
	 * @return the copy
	 */
	public ZooKeeperOptions withCredentials(String username, String password) {
		return new ZooKeeperOptions(this.address, this.namespace, username, password, this.ephemeral, this.timeout,
				this.sessionTimeout, this.properties);
	}

	/**
	 * A copy with another kind of node.
	 * @param ephemeral whether nodes live as long as the session
	 * @return the copy
	 */
	public ZooKeeperOptions withEphemeral(boolean ephemeral) {
		return new ZooKeeperOptions(this.address, this.namespace, this.username, this.password, ephemeral, this.timeout,
				this.sessionTimeout, this.properties);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long to wait for a connection and for an answer
	 * @return the copy
	 */
	public ZooKeeperOptions withTimeout(Duration timeout) {
		return new ZooKeeperOptions(this.address, this.namespace, this.username, this.password, this.ephemeral, timeout,
				this.sessionTimeout, this.properties);
	}

	/**
	 * A copy with another time-out of the session.
	 * @param sessionTimeout how long the session lives on without a word
	 * @return the copy
	 */
	public ZooKeeperOptions withSessionTimeout(Duration sessionTimeout) {
		return new ZooKeeperOptions(this.address, this.namespace, this.username, this.password, this.ephemeral,
				this.timeout, sessionTimeout, this.properties);
	}

	/**
	 * A copy with other settings of ZooKeeper's client.
	 * @param properties the settings
	 * @return the copy
	 */
	public ZooKeeperOptions withProperties(Map<String, String> properties) {
		return new ZooKeeperOptions(this.address, this.namespace, this.username, this.password, this.ephemeral,
				this.timeout, this.sessionTimeout, properties);
	}

	@Override
	public String toString() {
		return "ZooKeeperOptions[address=" + this.address + ", namespace=" + this.namespace + ", username="
				+ this.username + ", password=" + (this.password.isEmpty() ? "" : "***") + ", ephemeral="
				+ this.ephemeral + ", timeout=" + this.timeout + ", sessionTimeout=" + this.sessionTimeout
				+ ", properties=" + this.properties.keySet() + "]";
	}

	/** Whoever says whom to believe wants TLS, and not to go on without it in silence. */
	private static Map<String, String> secured(Map<String, String> properties) {
		Map<String, String> secured = new HashMap<>(properties);
		if (properties.keySet().stream().anyMatch((name) -> name.startsWith("zookeeper.ssl."))
				&& !Boolean.parseBoolean(secured.computeIfAbsent(SECURE, (name) -> "true"))) {
			throw new IllegalArgumentException("zookeeper.ssl.* is set, but " + SECURE + " is not true");
		}
		return Map.copyOf(secured);
	}

}
