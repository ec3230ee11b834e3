package io.microspring.plugins.nats;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
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
public final class NatsLink implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(NatsLink.class);

	private final NatsServers servers;

	private final String purpose;

	private final NatsFailure failing;

	private final String name;

	private final NatsNews news;

	private final ExecutorService executor;

	/** jnats's own timer would keep the process alive. */
	private final EventExecutor timer;

	private final Options connecting;

	/** Guards the making of connections. */
	private final ReentrantLock lock = new ReentrantLock();

	/** jnats allows for few questions at once whether the server has everything. */
	private final ReentrantLock pinging = new ReentrantLock();

	private volatile @Nullable Connection connection;

	private final NatsSubjects subjects;

	/** What has a thread of its own. */
	private final Set<NatsListening> listenings = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	/**
	 * A link; nothing is connected yet.
	 * @param servers where the servers are, and who asks
	 * @param purpose what it is for, in names of threads and in messages, such as
	 * {@code registry}
	 * @param failing makes what is thrown
	 * @throws IllegalArgumentException when a file of TLS or credentials cannot be read
	 */
	public NatsLink(NatsServers servers, String purpose, NatsFailure failing) {
		this.servers = servers;
		this.purpose = purpose;
		this.failing = failing;
		// What may fail comes before what has to be closed.
		List<NatsAddress> addresses = NatsAddress.all(servers.address());
		this.name = "nats at " + String.join(", ", addresses.stream().map(NatsAddress::toString).toList());
		this.news = new NatsNews(this.name);
		this.subjects = new NatsSubjects(this.news);
		String threads = "micro-" + purpose + "-nats";
		Options.Builder builder = NatsConnecting.options(servers, addresses, "micro-" + purpose);
		this.executor = Threads.executor(ExecutorMode.AUTO, threads);
		this.timer = new DefaultEventExecutor(Threads.factory(threads + "-timer"));
		this.connecting = builder.executor(this.executor)
			.scheduledExecutor(this.timer)
			.connectExecutor(this.executor)
			.callbackExecutor(Threads.executor(ExecutorMode.DIRECT, threads + "-callback"))
			.connectionListener(this.news::changed)
			.errorListener(this.news)
			.build();
	}

	/**
	 * Has something run whenever messages to this end may have been lost, because the
	 * connection was or because more came than could be taken in.
	 * @param action what to run; must not block
	 */
	public void whenMessagesAreLost(Runnable action) {
		this.news.whenMessagesAreLost(action);
	}

	/**
	 * Listens, from now on and over every new connection.
	 * @param subject what to listen to
	 * @param handler is told of each message, on the thread that all share
	 */
	public void listen(String subject, MessageHandler handler) {
		this.subjects.listen(subject, handler);
	}

	/**
	 * Listens as {@link #listen(String, MessageHandler)} does, and makes sure that the
	 * server lets it. Who is refused listens to nothing, and is refused again.
	 * @param what what it is for, in messages
	 * @param subject what to listen to
	 * @param handler is told of each message, on the thread that all share
	 * @throws RuntimeException when the server cannot be reached or refuses
	 */
	public void listen(String what, String subject, MessageHandler handler) {
		if (this.subjects.isGranted(subject)) {
			return;
		}
		connection(what);
		try {
			this.subjects.listen(subject, handler, (since) -> confirm(what, NatsNews.subscription(subject), since));
		}
		catch (IllegalStateException ex) {
			throw failed(what, ex.getMessage(), ex);
		}
	}

	/**
	 * Listens on a thread of its own, from now on and over every new connection.
	 * @param what what it is for, in messages
	 * @param subject what to listen to
	 * @param queue who listens there with this name shares what comes; empty for nobody
	 * @param limits what may wait for the handler
	 * @param handler is told of each message; may block
	 * @return the handle that ends it; the server knows of it already
	 */
	public NatsListening listen(String what, String subject, String queue, NatsListening.Limits limits,
			MessageHandler handler) {
		NatsListening listening = new NatsListening(this, subject, queue, limits, handler);
		connection(what);
		long since = System.nanoTime();
		this.lock.lock();
		try {
			this.listenings.add(listening);
			listening.begin(Objects.requireNonNull(this.connection));
		}
		catch (IllegalStateException ex) {
			this.listenings.remove(listening);
			throw failed(what, ex.getMessage(), ex);
		}
		finally {
			this.lock.unlock();
		}
		try {
			confirm(what, NatsNews.subscription(subject), since);
			return listening;
		}
		catch (RuntimeException ex) {
			listening.close();
			throw ex;
		}
	}

	void forget(NatsListening listening) {
		this.listenings.remove(listening);
	}

	Duration timeout() {
		return this.servers.connectTimeout();
	}

	/**
	 * Whether the connection was lost, and is back.
	 * @return true once for each time
	 */
	public boolean takeReturn() {
		return this.news.takeReturn();
	}

	/**
	 * What is listened to when nobody else is to hear it.
	 * @return a new subject
	 */
	public String inbox() {
		return this.connecting.getInboxPrefix() + NUID.nextGlobal();
	}

	/**
	 * Sends something, and waits until the server has it.
	 * @param what what it is for, in messages
	 * @param subject where to
	 * @param replyTo where answers are to go, or null
	 * @param data what to send
	 * @throws RuntimeException when the server cannot be reached or refuses
	 */
	public void publish(String what, String subject, @Nullable String replyTo, byte[] data) {
		Connection present = connection(what);
		long since = System.nanoTime();
		try {
			present.publish(subject, replyTo, data);
		}
		catch (IllegalStateException ex) {
			throw failed(what, ex.getMessage(), ex);
		}
		catch (IllegalArgumentException ex) {
			throw this.failing.of(this.name + " takes no more than " + present.getMaxPayload() + " bytes, and to "
					+ what + " needs " + data.length, ex);
		}
		confirm(what, NatsNews.publish(subject), since);
		if (replyTo != null) {
			refuse(what, NatsNews.publish(replyTo), since);
		}
	}

	/** Waits until the server has answered, without a complaint. */
	private void confirm(String what, String right, long since) {
		flush(what, connection(what));
		refuse(what, right, since);
	}

	private void refuse(String what, String right, long since) {
		String refusal = this.news.refusal(right, since);
		if (refusal != null) {
			throw this.failing.denied(this.name + " refused to " + what + ": " + refusal, null);
		}
	}

	private RuntimeException failed(String what, @Nullable String reason, @Nullable Throwable cause) {
		return this.failing.of(this.name + " cannot be reached to " + what + ": " + reason, cause);
	}

	/**
	 * Waits until the server answers.
	 * @param what what it is for, in messages
	 */
	public void ping(String what) {
		flush(what, connection(what));
	}

	private void flush(String what, Connection present) {
		long timeout = this.servers.connectTimeout().toNanos();
		boolean locked = false;
		try {
			locked = this.pinging.tryLock(timeout, TimeUnit.NANOSECONDS);
			if (!locked) {
				throw new TimeoutException();
			}
			present.flush(this.servers.connectTimeout());
		}
		catch (TimeoutException | IllegalStateException ex) {
			String reason = isConnected() ? "no answer within " + this.servers.connectTimeout() : this.news.failure();
			throw failed(what, reason, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw this.failing.of("interrupted while asking " + this.name + " to " + what, ex);
		}
		finally {
			if (locked) {
				this.pinging.unlock();
			}
		}
	}

	/**
	 * Sends something without waiting for anything; what cannot be sent is left out.
	 * @param subject where to
	 * @param replyTo where answers are to go, or null
	 * @param data what to send
	 */
	public void offer(String subject, @Nullable String replyTo, byte[] data) {
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

	/**
	 * Whether there is a connection.
	 * @return false while there is none
	 */
	public boolean isConnected() {
		return present() != null;
	}

	/**
	 * The connection as it is.
	 * @return the connection, null while there is none
	 */
	public @Nullable Connection present() {
		Connection present = this.connection;
		return (present != null && present.getStatus() == Connection.Status.CONNECTED) ? present : null;
	}

	/**
	 * The server in use.
	 * @return {@code host:port}, empty when there is none
	 */
	public String server() {
		Connection present = present();
		String url = (present != null) ? present.getConnectedUrl() : null;
		return (url != null) ? url.substring(url.indexOf("://") + 3) : "";
	}

	/**
	 * Connects anew where jnats gave up, as it does when credentials are refused.
	 */
	public void revive() {
		Connection present = this.connection;
		if (present != null && present.getStatus() == Connection.Status.CLOSED && !this.closed) {
			try {
				connection("answer");
			}
			catch (RuntimeException ex) {
				log.debug("{}", ex.getMessage());
			}
		}
	}

	/**
	 * The threads of the link.
	 * @return an executor that ends with the link
	 */
	public ExecutorService executor() {
		return this.executor;
	}

	/**
	 * Sends what waits, and disconnects. Idempotent.
	 */
	@Override
	public void close() {
		this.closed = true;
		this.news.listenTo(null, false);
		this.lock.lock();
		try {
			Connection present = this.connection;
			if (present != null) {
				sayLast(present);
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

	/** What was sent without waiting for anything is still to be sent. */
	private void sayLast(Connection present) throws InterruptedException {
		try {
			if (present.getStatus() == Connection.Status.CONNECTED) {
				present.flush(this.servers.connectTimeout());
			}
		}
		catch (TimeoutException | IllegalStateException ex) {
			log.debug("{} did not take what was sent last: {}", this.name, ex.getMessage());
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

	/**
	 * The connection, made now where there is none.
	 * @param what what it is for, in messages
	 * @return the connection
	 * @throws RuntimeException when the server cannot be reached
	 */
	public Connection connection(String what) {
		Connection present = this.connection;
		if (present == null || present.getStatus() == Connection.Status.CLOSED) {
			present = connect(what);
		}
		if (present.getStatus() != Connection.Status.CONNECTED) {
			throw failed(what, this.news.failure(), null);
		}
		return present;
	}

	private Connection connect(String what) {
		this.lock.lock();
		Set<String> attempt = this.news.attempt();
		try {
			if (this.closed) {
				throw this.failing.of(this.purpose + " nats is closed", null);
			}
			Connection former = this.connection;
			if (former != null && former.getStatus() != Connection.Status.CLOSED) {
				return former;
			}
			Connection present = Nats.connect(this.connecting);
			this.connection = present;
			this.subjects.begin(present);
			this.listenings.forEach((listening) -> listening.begin(present));
			this.news.listenTo(present, former != null);
			return present;
		}
		catch (IOException | RuntimeException ex) {
			if (this.closed) {
				throw this.failing.of(this.purpose + " nats is closed", null);
			}
			// jnats says which servers it tried, and not why in vain.
			if (ex instanceof AuthenticationException) {
				throw this.failing.denied(this.name + " refused to " + what + ": " + ex.getMessage(), ex);
			}
			throw failed(what, String.join("; ", attempt), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw this.failing.of("interrupted while asking " + this.name + " to " + what, ex);
		}
		finally {
			this.news.endAttempt();
			this.lock.unlock();
		}
	}

}
