package io.microspring.plugins.rabbitmq;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import io.microspring.concurrent.Threads;
import io.microspring.transport.TlsException;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * A connection to RabbitMQ that is made when it is first needed, and made again when it
 * is needed after it broke. Thread-safe.
 * <p>
 * The client library's own recovery is not used: it does not mend channels that the
 * server closed, nor consumers that it cancelled, and whoever opens a channel here can
 * mend those and broken connections in one way.
 */
public final class RabbitConnection implements AutoCloseable {

	/** As go-micro's client asks for. */
	private static final int HEARTBEAT_SECONDS = 10;

	/**
	 * Larger messages than ours are to be refused by us, and not to end the connection.
	 */
	private static final int INBOUND_LIMIT = 512 * 1024 * 1024;

	private final RabbitOptions options;

	private final String name;

	private final List<RabbitAddress> addresses;

	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable Connection connection;

	private volatile @Nullable String blocked;

	private volatile boolean closed;

	/**
	 * A connection that is not made yet.
	 * @param options where to
	 * @param name what it is called at the server
	 */
	public RabbitConnection(RabbitOptions options, String name) {
		this.options = options;
		this.name = name;
		this.addresses = RabbitAddress.all(options.address());
	}

	/**
	 * Connects, unless it is connected.
	 * @param timeout how long it may take
	 * @return the connection
	 * @throws IOException when it cannot be made; the message says where to and why
	 */
	private Connection connect(Duration timeout) throws IOException {
		Connection open = this.connection;
		if (open != null && open.isOpen()) {
			return open;
		}
		try {
			if (!this.lock.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new IOException(this + " is still being connected to after " + timeout.toMillis() + " ms");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("interrupted while connecting to " + this, ex);
		}
		try {
			open = this.connection;
			if (this.closed) {
				throw new IOException("the connection to " + this + " is closed");
			}
			if (open == null || !open.isOpen()) {
				open = open(timeout);
				this.connection = open;
			}
			return open;
		}
		finally {
			this.lock.unlock();
		}
	}

	private Connection open(Duration timeout) throws IOException {
		try {
			Connection made = factory(timeout)
				.newConnection(this.addresses.stream().map(RabbitAddress::toClient).toList(), this.name);
			this.blocked = null;
			made.addBlockedListener((reason) -> this.blocked = reason, () -> this.blocked = null);
			return made;
		}
		catch (PossibleAuthenticationFailureException ex) {
			throw new IOException(this + " does not let in user " + user() + ": " + reason(ex), ex);
		}
		catch (IOException | TimeoutException | TlsException | ShutdownSignalException ex) {
			throw new IOException(this + " cannot be reached within " + timeout.toMillis() + " ms: " + reason(ex), ex);
		}
	}

	private String user() {
		ConnectionFactory given = this.options.factory();
		if (!this.options.username().isEmpty()) {
			return this.options.username();
		}
		return (given != null) ? given.getUsername() : ConnectionFactory.DEFAULT_USER;
	}

	private ConnectionFactory factory(Duration timeout) {
		ConnectionFactory given = this.options.factory();
		ConnectionFactory factory = (given != null) ? given.clone() : new ConnectionFactory();
		if (given == null) {
			factory.setRequestedHeartbeat(HEARTBEAT_SECONDS);
		}
		int millis = Math.toIntExact(timeout.toMillis());
		factory.setConnectionTimeout(millis);
		factory.setHandshakeTimeout(millis);
		factory.setChannelRpcTimeout(Math.toIntExact(this.options.timeout().toMillis()));
		factory.setShutdownTimeout(millis);
		factory.setAutomaticRecoveryEnabled(false);
		factory.setMaxInboundMessageBodySize(INBOUND_LIMIT);
		factory.setThreadFactory(Threads.factory("rabbitmq"));
		if (!this.options.username().isEmpty()) {
			factory.setUsername(this.options.username());
			factory.setPassword(this.options.password());
		}
		if (!this.options.virtualHost().isEmpty()) {
			factory.setVirtualHost(this.options.virtualHost());
		}
		TlsOptions tls = this.options.tls();
		if (tls == null && this.addresses.stream().anyMatch(RabbitAddress::tls) && !factory.isSSL()) {
			tls = TlsOptions.client();
		}
		if (tls != null) {
			// Whatever else a factory may use has its own ways to look at certificates.
			factory.useBlockingIo();
			factory.useSslProtocol(tls.toSslContext());
		}
		return factory;
	}

	/**
	 * Opens a channel, and connects when needed.
	 * @return the channel; whoever asked closes it
	 * @throws IOException when there is none to be had; the message says where and why
	 */
	public Channel openChannel() throws IOException {
		return openChannel(this.options.timeout());
	}

	/**
	 * Opens a channel, and connects when needed.
	 * @param timeout how long connecting may take
	 * @return the channel; whoever asked closes it
	 * @throws IOException when there is none to be had; the message says where and why
	 */
	public Channel openChannel(Duration timeout) throws IOException {
		try {
			Channel channel = connect(timeout).createChannel();
			if (channel == null) {
				throw new IOException(this + " allows no more channels in a connection");
			}
			return channel;
		}
		catch (AlreadyClosedException ex) {
			throw new IOException("the connection to " + this + " broke: " + reason(ex), ex);
		}
	}

	/**
	 * Declares the exchange of the options, or makes sure that it is as they say.
	 * @param channel the channel to do it by; the server closes it when the exchange
	 * cannot be had
	 * @throws IOException when it cannot be had, or is otherwise; the message says how
	 */
	public void declareExchange(Channel channel) throws IOException {
		String exchange = this.options.exchange();
		try {
			channel.exchangeDeclare(exchange, this.options.exchangeType(), this.options.durableExchange(), false, null);
		}
		catch (IOException ex) {
			throw new IOException("exchange " + exchange + " at " + this + " cannot be had as "
					+ (this.options.durableExchange() ? "durable" : "non-durable") + " " + this.options.exchangeType()
					+ ": " + reason(ex), ex);
		}
	}

	/**
	 * Why the server takes no messages, as when it is short of memory or disk.
	 * @return its word, or null when it takes them
	 */
	public @Nullable String blocked() {
		Connection open = this.connection;
		return (open != null && open.isOpen()) ? this.blocked : null;
	}

	/**
	 * Whether it is connected as far as known.
	 * @return false before it is needed for the first time, and once it broke
	 */
	public boolean isOpen() {
		Connection open = this.connection;
		return open != null && open.isOpen();
	}

	/**
	 * Whether it was closed by us.
	 * @return true once it is not made again
	 */
	public boolean isClosed() {
		return this.closed;
	}

	/**
	 * What went wrong, in the server's words where it said something.
	 * @param failure what was thrown
	 * @return a text for a message or a log line
	 */
	public static String reason(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			String said = (cause instanceof ShutdownSignalException signal) ? said(signal.getReason()) : null;
			if (said != null) {
				return said;
			}
			if (cause.getMessage() != null) {
				return cause.getMessage();
			}
		}
		return failure.toString();
	}

	private static @Nullable String said(@Nullable Method method) {
		if (method instanceof AMQP.Channel.Close close) {
			return close.getReplyText();
		}
		return (method instanceof AMQP.Connection.Close close) ? close.getReplyText() : null;
	}

	/**
	 * Closes it, and all its channels. Idempotent.
	 */
	@Override
	public void close() {
		this.closed = true;
		this.lock.lock();
		try {
			Connection open = this.connection;
			this.connection = null;
			if (open != null) {
				// Whatever it says: it is gone afterwards.
				open.abort(Math.toIntExact(this.options.timeout().toMillis()));
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public String toString() {
		return "rabbitmq at " + this.addresses.stream().map(RabbitAddress::toString).collect(Collectors.joining(", "));
	}

}
