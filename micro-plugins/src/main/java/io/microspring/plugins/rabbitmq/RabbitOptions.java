package io.microspring.plugins.rabbitmq;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;

import com.rabbitmq.client.ConnectionFactory;
import io.microspring.options.Limits;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * Where RabbitMQ is, who asks, and which exchange messages go through. Immutable. An
 * address that is none, a time or a size outside its limits and an unknown type of
 * exchange are an {@link IllegalArgumentException}.
 *
 * @param address the nodes of the cluster as {@code host:port}, separated by commas, of
 * which the first that answers is used; {@code 127.0.0.1:5672} by default as go-micro's.
 * The port is 5672 where there is none, and {@code amqps://} in front of any makes it TLS
 * to all, port 5671. User, query and fragment are refused
 * @param username who asks; empty for {@code guest}, or what the factory says
 * @param password the user's password; it is in no log and no message
 * @param virtualHost the virtual host; empty for {@code /}, or what the factory says
 * @param tls TLS to every node; null for none but where the address says
 * {@code amqps://}, or what the factory says
 * @param timeout how long connecting, each answer of the server and the confirmation of a
 * message may take; 10 s by default, from 1 ms to 10 min
 * @param exchange the exchange that messages go through; {@code micro} by default as
 * go-micro's
 * @param exchangeType its type: {@code topic} by default as go-micro's, else
 * {@code direct}, {@code fanout} or {@code headers}
 * @param durableExchange whether the exchange, and what is bound to it, is there after
 * the server has restarted; false by default as go-micro's. An exchange that is declared
 * otherwise already is refused
 * @param maxMessageSize the largest body in bytes that is sent or accepted; 4 MiB by
 * default
 * @param factory settings of the client library to begin with, null for its defaults;
 * they are copied when a connection is made. Its recovery is not used: connections are
 * made again here. With TLS that is not the factory's own, neither is NIO or Netty
 */
public record RabbitOptions(String address, String username, String password, String virtualHost,
		@Nullable TlsOptions tls, Duration timeout, String exchange, String exchangeType, boolean durableExchange,
		int maxMessageSize, @Nullable ConnectionFactory factory) {

	private static final Duration LONGEST = Duration.ofMinutes(10);

	private static final Set<String> TYPES = Set.of("topic", "direct", "fanout", "headers");

	private static final RabbitOptions DEFAULTS = new RabbitOptions("127.0.0.1:5672", "", "", "", null,
			Duration.ofSeconds(10), "micro", "topic", false, 4 * 1024 * 1024, null);

	public RabbitOptions {
		RabbitAddress.all(Objects.requireNonNull(address, "address"));
		Objects.requireNonNull(username, "username");
		Objects.requireNonNull(password, "password");
		Objects.requireNonNull(virtualHost, "virtualHost");
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), LONGEST);
		if (exchange.isBlank()) {
			throw new IllegalArgumentException("exchange must not be empty");
		}
		if (!TYPES.contains(exchangeType)) {
			throw new IllegalArgumentException("exchangeType must be one of " + TYPES + ", not " + exchangeType);
		}
		Limits.requireAtLeast("maxMessageSize", maxMessageSize, 1);
	}

	/**
	 * The defaults: the server on this host, as {@code guest}.
	 * @return the options
	 */
	public static RabbitOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with other nodes.
	 * @param address the nodes, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public RabbitOptions withAddress(String address) {
		return new RabbitOptions(address.isBlank() ? this.address : address, this.username, this.password,
				this.virtualHost, this.tls, this.timeout, this.exchange, this.exchangeType, this.durableExchange,
				this.maxMessageSize, this.factory);
	}

	/**
	 * A copy for a user.
	 * @param username who asks
	 * @param password the user's password
	 * @return the copy
	 */
	public RabbitOptions withCredentials(String username, String password) {
		return new RabbitOptions(this.address, username, password, this.virtualHost, this.tls, this.timeout,
				this.exchange, this.exchangeType, this.durableExchange, this.maxMessageSize, this.factory);
	}

	/**
	 * A copy with another virtual host.
	 * @param virtualHost the virtual host
	 * @return the copy
	 */
	public RabbitOptions withVirtualHost(String virtualHost) {
		return new RabbitOptions(this.address, this.username, this.password, virtualHost, this.tls, this.timeout,
				this.exchange, this.exchangeType, this.durableExchange, this.maxMessageSize, this.factory);
	}

	/**
	 * A copy with TLS.
	 * @param tls whom to believe, and the certificate to show, if any; null for none but
	 * where the address says so
	 * @return the copy
	 */
	public RabbitOptions withTls(@Nullable TlsOptions tls) {
		return new RabbitOptions(this.address, this.username, this.password, this.virtualHost, tls, this.timeout,
				this.exchange, this.exchangeType, this.durableExchange, this.maxMessageSize, this.factory);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long connecting, each answer and each confirmation may take
	 * @return the copy
	 */
	public RabbitOptions withTimeout(Duration timeout) {
		return new RabbitOptions(this.address, this.username, this.password, this.virtualHost, this.tls, timeout,
				this.exchange, this.exchangeType, this.durableExchange, this.maxMessageSize, this.factory);
	}

	/**
	 * A copy with another exchange.
	 * @param exchange its name
	 * @param type its type
	 * @param durable whether it is there after the server has restarted
	 * @return the copy
	 */
	public RabbitOptions withExchange(String exchange, String type, boolean durable) {
		return new RabbitOptions(this.address, this.username, this.password, this.virtualHost, this.tls, this.timeout,
				exchange, type, durable, this.maxMessageSize, this.factory);
	}

	/**
	 * A copy with another limit.
	 * @param maxMessageSize the largest body in bytes
	 * @return the copy
	 */
	public RabbitOptions withMaxMessageSize(int maxMessageSize) {
		return new RabbitOptions(this.address, this.username, this.password, this.virtualHost, this.tls, this.timeout,
				this.exchange, this.exchangeType, this.durableExchange, maxMessageSize, this.factory);
	}

	/**
	 * A copy with settings of the client library.
	 * @param factory the settings; what these options say of user, virtual host and TLS
	 * wins over them
	 * @return the copy
	 */
	public RabbitOptions withFactory(@Nullable ConnectionFactory factory) {
		return new RabbitOptions(this.address, this.username, this.password, this.virtualHost, this.tls, this.timeout,
				this.exchange, this.exchangeType, this.durableExchange, this.maxMessageSize, factory);
	}

	@Override
	public String toString() {
		return "RabbitOptions[address=" + this.address + ", username=" + this.username + ", virtualHost="
				+ this.virtualHost + ", tls=" + this.tls + ", timeout=" + this.timeout + ", exchange=" + this.exchange
				+ ", exchangeType=" + this.exchangeType + ", durableExchange=" + this.durableExchange
				+ ", maxMessageSize=" + this.maxMessageSize + "]";
	}

}
