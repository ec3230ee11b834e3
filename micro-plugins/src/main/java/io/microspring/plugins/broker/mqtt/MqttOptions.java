package io.microspring.plugins.broker.mqtt;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

import io.microspring.options.Limits;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * How the MQTT broker works. Immutable. An address that is none, an unknown version and a
 * number or time outside its limits are an {@link IllegalArgumentException}. go-micro:
 * the options of {@code broker/mqtt}.
 *
 * @param address the servers as {@code host:port}, separated by commas, of which the
 * first that can be reached is used; {@code 127.0.0.1:1883} by default, as go-micro.
 * {@code tcp://} and {@code mqtt://} in front mean nothing more, {@code tls://},
 * {@code ssl://} and {@code mqtts://} TLS to all, at port 8883 where there is none. User,
 * query and fragment are refused
 * @param version the version of the protocol: {@code 5}, the default, or {@code 3.1.1}
 * @param clientId what this process is called, and stays called when it is started again:
 * at the server, the members of its queues are kept by it. No other process may have the
 * same. Empty, the default, for a name by chance, as go-micro: then the server keeps
 * nothing of a process that is gone
 * @param username who asks, empty for nobody
 * @param password the user's password; it is in no log and no message
 * @param tls TLS to every server; null for none but where the address asks for it
 * @param timeout how long connecting, publishing and subscribing may take, each; 10 s by
 * default, from 1 ms to 10 min
 * @param sessionExpiry how long the server keeps what comes for a process with a
 * {@code clientId} while that is away; a day by default, from 1 s to 10 years. By version
 * 3.1.1 the server alone decides that
 * @param receiveMaximum how many messages a subscription is sent before it has
 * acknowledged the first of them, at the most: 65,535 by default, which leaves it to the
 * server, as version 3.1.1 always does. Only for servers that keep to it; mosquitto
 * 2.0.11 does not
 * @param maxMessageSize the largest message in bytes that is sent or accepted, as it
 * stands in its envelope; 4 MiB by default
 */
public record MqttOptions(String address, String version, String clientId, String username, String password,
		@Nullable TlsOptions tls, Duration timeout, Duration sessionExpiry, int receiveMaximum, int maxMessageSize) {

	static final String V5 = "5";

	static final String V3 = "3.1.1";

	/** As many as the protocol can tell from each other. */
	static final int MOST_IN_FLIGHT = 65_535;

	/** Some of it is ours: a member of a queue has 20 characters more. */
	private static final Pattern CLIENT_ID = Pattern.compile("[\\x21-\\x7e]{0,200}");

	/** What MQTT can carry. */
	private static final int MOST_BYTES = 256 * 1024 * 1024 - 128 * 1024;

	private static final MqttOptions DEFAULTS = new MqttOptions("127.0.0.1:1883", V5, "", "", "", null,
			Duration.ofSeconds(10), Duration.ofDays(1), MOST_IN_FLIGHT, 4 * 1024 * 1024);

	public MqttOptions {
		MqttAddress.all(Objects.requireNonNull(address, "address"), false);
		Objects.requireNonNull(username, "username");
		Objects.requireNonNull(password, "password");
		if (!version.equals(V5) && !version.equals(V3)) {
			throw new IllegalArgumentException("version of MQTT must be " + V5 + " or " + V3 + ", not " + version);
		}
		if (!CLIENT_ID.matcher(clientId).matches()) {
			throw new IllegalArgumentException(
					"clientId must be up to 200 characters of ASCII without spaces, not " + clientId);
		}
		if (username.isEmpty() && !password.isEmpty()) {
			throw new IllegalArgumentException("A password of MQTT comes with a username");
		}
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(10));
		Limits.requireBetween("sessionExpiry", sessionExpiry, Duration.ofSeconds(1), Duration.ofDays(3650));
		Limits.requireBetween("receiveMaximum", receiveMaximum, 1, MOST_IN_FLIGHT);
		Limits.requireBetween("maxMessageSize", maxMessageSize, 1, MOST_BYTES);
	}

	/**
	 * The defaults: the server on this host, which lets in anybody, by version 5.
	 * @return the options
	 */
	public static MqttOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with other servers.
	 * @param address the servers, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public MqttOptions withAddress(String address) {
		return new MqttOptions(address.isBlank() ? this.address : address, this.version, this.clientId, this.username,
				this.password, this.tls, this.timeout, this.sessionExpiry, this.receiveMaximum, this.maxMessageSize);
	}

	/**
	 * A copy with another version of the protocol.
	 * @param version {@code 5} or {@code 3.1.1}
	 * @return the copy
	 */
	public MqttOptions withVersion(String version) {
		return new MqttOptions(this.address, version, this.clientId, this.username, this.password, this.tls,
				this.timeout, this.sessionExpiry, this.receiveMaximum, this.maxMessageSize);
	}

	/**
	 * A copy for a process with a name, whose place in its queues is kept.
	 * @param clientId the name, which no other process has; empty for none
	 * @return the copy
	 */
	public MqttOptions withClientId(String clientId) {
		return new MqttOptions(this.address, this.version, clientId, this.username, this.password, this.tls,
				this.timeout, this.sessionExpiry, this.receiveMaximum, this.maxMessageSize);
	}

	/**
	 * A copy for a user.
	 * @param username who asks
	 * @param password the user's password
	 * @return the copy
	 */
	public MqttOptions withCredentials(String username, String password) {
		return new MqttOptions(this.address, this.version, this.clientId, username, password, this.tls, this.timeout,
				this.sessionExpiry, this.receiveMaximum, this.maxMessageSize);
	}

	/**
	 * A copy with TLS.
	 * @param tls whom to believe, and the certificate to show, if any; null for none but
	 * where the address asks for it
	 * @return the copy
	 */
	public MqttOptions withTls(@Nullable TlsOptions tls) {
		return new MqttOptions(this.address, this.version, this.clientId, this.username, this.password, tls,
				this.timeout, this.sessionExpiry, this.receiveMaximum, this.maxMessageSize);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long connecting, publishing and subscribing may take
	 * @return the copy
	 */
	public MqttOptions withTimeout(Duration timeout) {
		return new MqttOptions(this.address, this.version, this.clientId, this.username, this.password, this.tls,
				timeout, this.sessionExpiry, this.receiveMaximum, this.maxMessageSize);
	}

	/**
	 * A copy of which the server keeps messages for another time.
	 * @param sessionExpiry how long it keeps them for a process that is away
	 * @return the copy
	 */
	public MqttOptions withSessionExpiry(Duration sessionExpiry) {
		return new MqttOptions(this.address, this.version, this.clientId, this.username, this.password, this.tls,
				this.timeout, sessionExpiry, this.receiveMaximum, this.maxMessageSize);
	}

	/**
	 * A copy that is sent another number of messages at once.
	 * @param receiveMaximum how many may be on their way that are not acknowledged
	 * @return the copy
	 */
	public MqttOptions withReceiveMaximum(int receiveMaximum) {
		return new MqttOptions(this.address, this.version, this.clientId, this.username, this.password, this.tls,
				this.timeout, this.sessionExpiry, receiveMaximum, this.maxMessageSize);
	}

	/**
	 * A copy with another limit.
	 * @param maxMessageSize the largest message in bytes
	 * @return the copy
	 */
	public MqttOptions withMaxMessageSize(int maxMessageSize) {
		return new MqttOptions(this.address, this.version, this.clientId, this.username, this.password, this.tls,
				this.timeout, this.sessionExpiry, this.receiveMaximum, maxMessageSize);
	}

	/** Whether the connection has TLS, by its options or by an address. */
	boolean secure() {
		return this.tls != null || MqttAddress.wantTls(this.address);
	}

	@Override
	public String toString() {
		return "MqttOptions[address=" + this.address + ", version=" + this.version + ", clientId=" + this.clientId
				+ ", username=" + this.username + ", password=" + (this.password.isEmpty() ? "" : "***") + ", tls="
				+ this.tls + ", timeout=" + this.timeout + ", sessionExpiry=" + this.sessionExpiry + ", receiveMaximum="
				+ this.receiveMaximum + ", maxMessageSize=" + this.maxMessageSize + "]";
	}

}
