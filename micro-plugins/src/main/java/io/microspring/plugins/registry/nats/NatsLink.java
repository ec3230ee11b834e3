package io.microspring.plugins.registry.nats;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.registry.RegistryException;
import io.microspring.transport.TlsOptions;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener.Events;
import io.nats.client.Consumer;
import io.nats.client.Dispatcher;
import io.nats.client.ErrorListener;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.NUID;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection, made when it is first needed and again whenever it is lost. What comes
 * is handed on by one thread in the order in which it came, so that of one process news
 * never overtakes an answer. Thread-safe.
 */
final class NatsLink implements AutoCloseable, ErrorListener {

	/** A connection that fell silent is given up after some of them. */
	private static final Duration PING = Duration.ofSeconds(5);

	/** More than that, of ours and jnats's own, are taken for silence. */
	private static final int MAX_PINGS = 3;

	private static final Duration RECONNECT_WAIT = Duration.ofMillis(500);

	private static final Duration RECONNECT_JITTER = Duration.ofMillis(250);

	private static final Logger log = LoggerFactory.getLogger(NatsLink.class);

	private final NatsOptions options;

	private final String name;

	private final ExecutorService executor;

	/** jnats's own timer would keep the process alive. */
	private final EventExecutor timer;

	private final Options connecting;

	/** What is listened to, and who is told. */
	private final Map<String, MessageHandler> handlers = new ConcurrentHashMap<>();

	/** Guards the making of connections. */
	private final ReentrantLock lock = new ReentrantLock();

	/** jnats allows for few questions at once whether the server has everything. */
	private final ReentrantLock pinging = new ReentrantLock();

	private volatile @Nullable Connection connection;

	private volatile @Nullable Dispatcher dispatcher;

	/** Whether it was said that there is no connection any more. */
	private final AtomicBoolean lost = new AtomicBoolean();

	/** Whether there is a connection again, and nobody asked yet. */
	private final AtomicBoolean returned = new AtomicBoolean();

	/** Why there is no connection. */
	private volatile String failure = "not connected";

	/** Why the servers that are being tried cannot be had; those of one attempt. */
	private volatile @Nullable Set<String> failures;

	private volatile boolean closed;

	/**
	 * A link; nothing is connected yet.
	 * @param options where the servers are
	 */
	NatsLink(NatsOptions options) {
		this.options = options;
		// What may fail comes before what has to be closed.
		List<NatsAddress> addresses = NatsAddress.all(options.address());
		this.name = "nats at " + String.join(", ", addresses.stream().map(NatsAddress::toString).toList());
		Options.Builder builder = options(options, addresses);
		this.executor = Threads.executor(ExecutorMode.AUTO, "micro-registry-nats");
		this.timer = new DefaultEventExecutor(Threads.factory("micro-registry-nats-timer"));
		this.connecting = builder.executor(this.executor)
			.scheduledExecutor(this.timer)
			.connectExecutor(this.executor)
			.callbackExecutor(Threads.executor(ExecutorMode.DIRECT, "micro-registry-nats-callback"))
			.connectionListener(this::changed)
			.errorListener(this)
			.build();
	}

	private static Options.Builder options(NatsOptions options, List<NatsAddress> addresses) {
		TlsOptions tls = options.tls();
		if (tls == null && addresses.stream().anyMatch(NatsAddress::tls)) {
			tls = TlsOptions.client();
		}
		String scheme = (tls != null) ? "tls://" : "nats://";
		Options.Builder builder = new Options.Builder()
			.servers(addresses.stream().map((address) -> scheme + address).toArray(String[]::new))
			.connectionName("micro-registry")
			.connectionTimeout(options.connectTimeout())
			.maxReconnects(-1)
			.reconnectWait(RECONNECT_WAIT)
			.reconnectJitter(RECONNECT_JITTER)
			.reconnectJitterTls(RECONNECT_JITTER)
			.pingInterval(PING)
			.maxPingsOut(MAX_PINGS)
			// What cannot be sent now is an error now, and not sent at some time later.
			.reconnectBufferSize(0);
		if (tls != null) {
			// The name is needed to compare it with the certificate's.
			builder.sslContext(NatsTls.context(tls)).hostnameResolveMode(Options.HostnameResolveMode.HappyEyeballs);
		}
		if (!options.username().isEmpty()) {
			builder.userInfo(options.username().toCharArray(), options.password().toCharArray());
		}
		if (!options.token().isEmpty()) {
			builder.token(options.token().toCharArray());
		}
		if (options.credentialsFile() != null) {
			builder.authHandler(NatsSeed.of(options.credentialsFile()));
		}
		return builder;
	}

	/**
	 * Listens, from now on and over every new connection.
	 * @param subject what to listen to
	 * @param handler is told of each message, on the thread that all share
	 */
	void listen(String subject, MessageHandler handler) {
		if (this.handlers.containsKey(subject)) {
			return;
		}
		this.lock.lock();
		try {
			if (this.handlers.putIfAbsent(subject, handler) == null) {
				subscribe(subject, handler);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether the connection was lost, and is back; true once for each time. */
	boolean takeReturn() {
		return this.returned.getAndSet(false);
	}

	/** What is listened to when nobody else is to hear it. */
	String inbox() {
		return this.connecting.getInboxPrefix() + NUID.nextGlobal();
	}

	/**
	 * Sends something, and waits until the server has it.
	 * @param what what it is for, in messages
	 * @param subject where to
	 * @param replyTo where answers are to go, or null
	 * @param data what to send
	 * @throws RegistryException when the server cannot be reached or refuses
	 */
	void publish(String what, String subject, @Nullable String replyTo, byte[] data) {
		Connection present = connection(what);
		present.clearLastError();
		try {
			present.publish(subject, replyTo, data);
		}
		catch (IllegalStateException ex) {
			throw new RegistryException(this.name + " cannot be reached to " + what + ": " + ex.getMessage(), ex);
		}
		catch (IllegalArgumentException ex) {
			throw new RegistryException(this.name + " takes no more than " + present.getMaxPayload() + " bytes, and to "
					+ what + " needs " + data.length, ex);
		}
		flush(what, present);
		String refusal = present.getLastError();
		if (refusal != null && !refusal.isEmpty()) {
			throw new RegistryException(this.name + " refused to " + what + ": " + refusal, null);
		}
	}

	/** Waits until the server answers. */
	void ping(String what) {
		flush(what, connection(what));
	}

	private void flush(String what, Connection present) {
		long timeout = this.options.connectTimeout().toNanos();
		boolean locked = false;
		try {
			locked = this.pinging.tryLock(timeout, TimeUnit.NANOSECONDS);
			if (!locked) {
				throw new TimeoutException();
			}
			present.flush(this.options.connectTimeout());
		}
		catch (TimeoutException | IllegalStateException ex) {
			String reason = isConnected() ? "no answer within " + this.options.connectTimeout() : this.failure;
			throw new RegistryException(this.name + " cannot be reached to " + what + ": " + reason, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RegistryException("interrupted while asking " + this.name + " to " + what, ex);
		}
		finally {
			if (locked) {
				this.pinging.unlock();
			}
		}
	}

	/** Sends something without waiting for anything; what cannot be sent is left out. */
	void offer(String subject, @Nullable String replyTo, byte[] data) {
		Connection present = this.connection;
		try {
			if (present != null && isConnected()) {
				present.publish(subject, replyTo, data);
			}
		}
		catch (IllegalStateException | IllegalArgumentException ex) {
			log.debug("Not sent to {}: {}", subject, ex.getMessage());
		}
	}

	boolean isConnected() {
		Connection present = this.connection;
		return present != null && present.getStatus() == Connection.Status.CONNECTED;
	}

	/** The server in use; empty when there is none. */
	String server() {
		Connection present = this.connection;
		String url = (present != null && isConnected()) ? present.getConnectedUrl() : null;
		return (url != null) ? url.substring(url.indexOf("://") + 3) : "";
	}

	/** Connects anew where jnats gave up, as it does when credentials are refused. */
	void revive() {
		Connection present = this.connection;
		if (present != null && present.getStatus() == Connection.Status.CLOSED && !this.closed) {
			try {
				connection("answer");
			}
			catch (RegistryException ex) {
				log.debug("{}", ex.getMessage());
			}
		}
	}

	ExecutorService executor() {
		return this.executor;
	}

	@Override
	public void close() {
		this.closed = true;
		this.lock.lock();
		try {
			Connection present = this.connection;
			if (present != null) {
				present.close();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.lock.unlock();
			this.timer.shutdownGracefully(0, 1, TimeUnit.SECONDS);
			this.executor.shutdown();
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

	private Connection connection(String what) {
		Connection present = this.connection;
		if (present == null || present.getStatus() == Connection.Status.CLOSED) {
			present = connect(what);
		}
		if (present.getStatus() != Connection.Status.CONNECTED) {
			throw new RegistryException(this.name + " cannot be reached to " + what + ": " + this.failure, null);
		}
		return present;
	}

	private Connection connect(String what) {
		Set<String> attempt = ConcurrentHashMap.newKeySet();
		this.lock.lock();
		try {
			if (this.closed) {
				throw new RegistryException("registry nats is closed", null);
			}
			Connection former = this.connection;
			if (former != null && former.getStatus() != Connection.Status.CLOSED) {
				return former;
			}
			this.failures = attempt;
			Connection present = Nats.connect(this.connecting);
			this.connection = present;
			this.dispatcher = present.createDispatcher();
			this.handlers.forEach(this::subscribe);
			if (former != null) {
				found();
			}
			return present;
		}
		catch (IOException | RuntimeException ex) {
			if (ex instanceof RegistryException known) {
				throw known;
			}
			// jnats says which servers it tried, and not why in vain.
			String reason = (ex instanceof AuthenticationException) ? ex.getMessage() : String.join("; ", attempt);
			throw new RegistryException(this.name + " cannot be reached to " + what + ": " + reason, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RegistryException("interrupted while asking " + this.name + " to " + what, ex);
		}
		finally {
			this.failures = null;
			this.lock.unlock();
		}
	}

	private void found() {
		this.returned.set(true);
		if (this.lost.compareAndSet(true, false)) {
			log.info("{} answers again", this.name);
		}
	}

	private void subscribe(String subject, MessageHandler handler) {
		Dispatcher present = this.dispatcher;
		// A closed one is followed by another, which is told of all that is listened to.
		if (present != null && present.isActive()) {
			present.subscribe(subject, (message) -> handle(message, handler));
		}
	}

	private static void handle(Message message, MessageHandler handler) {
		try {
			handler.onMessage(message);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			log.warn("A message on {} could not be handled", message.getSubject(), ex);
		}
	}

	// what jnats tells, on whichever thread it happens to

	private void changed(Connection from, Events event) {
		if (this.closed) {
			return;
		}
		if (event == Events.DISCONNECTED && from == this.connection && this.lost.compareAndSet(false, true)) {
			log.warn("{} is lost: {}", this.name, this.failure);
		}
		else if (event == Events.RESUBSCRIBED) {
			found();
		}
	}

	@Override
	public void exceptionOccurred(Connection from, Exception exception) {
		Throwable cause = exception;
		while (cause.getCause() != null) {
			cause = cause.getCause();
		}
		failed((cause.getMessage() != null) ? cause.getMessage() : cause.getClass().getSimpleName());
	}

	@Override
	public void errorOccurred(Connection from, String error) {
		failed(error);
	}

	private void failed(String reason) {
		this.failure = reason;
		Set<String> attempt = this.failures;
		if (attempt != null) {
			attempt.add(reason);
		}
		log.debug("{}: {}", this.name, reason);
	}

	@Override
	public void slowConsumerDetected(Connection from, Consumer consumer) {
		log.warn("{} says more than can be taken in; some of it is lost", this.name);
	}

}
