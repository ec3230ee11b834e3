package io.microspring.plugins.registry.zookeeper;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.microspring.concurrent.Threads;
import io.microspring.registry.RegistryException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session with ZooKeeper: begun when it is first needed, and a new one when ZooKeeper
 * has ended it. Curator does that; reading goes past it to the client beneath, because
 * what Curator does in the background it logs as an error when it fails. Thread-safe.
 */
final class ZooKeeperSession implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(ZooKeeperSession.class);

	/** Reading changes nothing, so it may be done again when the connection was lost. */
	private static final int ATTEMPTS = 3;

	private static final Duration PAUSE = Duration.ofMillis(100);

	/** How long to look for the reason of a failure. */
	private static final Duration MOMENT = Duration.ofMillis(500);

	/** What ZooKeeper needs beside the data in a message. */
	private static final int OVERHEAD = 4096;

	private final ZooKeeperOptions options;

	private final Runnable onReturn;

	private final ZooKeeperServers servers;

	private final ZNodes zNodes;

	private final Executor executor;

	private final ZKClientConfig config = new ZKClientConfig();

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable CuratorFramework started;

	private volatile @Nullable ConnectionState state;

	/** Whether the path that is to be the root was seen. */
	private volatile boolean rooted;

	private volatile boolean closed;

	/**
	 * A session that is not begun yet.
	 * @param options where the servers are and how to talk to them
	 * @param zNodes where registrations stand
	 * @param executor looks for the reasons of failures
	 * @param onReturn is run each time that the connection is back, in the same session
	 * or a new one; may not block
	 */
	ZooKeeperSession(ZooKeeperOptions options, ZNodes zNodes, Executor executor, Runnable onReturn) {
		this.options = options;
		this.zNodes = zNodes;
		this.executor = executor;
		this.onReturn = onReturn;
		this.servers = ZooKeeperServers.of(options.address());
		options.properties().forEach(this.config::setProperty);
		if (Boolean.parseBoolean(this.config.getProperty(ZKClientConfig.SECURE_CLIENT))
				&& this.config.getProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET) == null) {
			// The only one of ZooKeeper's clients that speaks TLS.
			this.config.setProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET,
					"org.apache.zookeeper.ClientCnxnSocketNetty");
		}
		if (this.config.getProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT) == null) {
			this.config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT,
					String.valueOf(options.timeout().toMillis()));
		}
	}

	/**
	 * Reads.
	 * @param what what is asked, in messages
	 * @param question asks it, perhaps more than once
	 * @return the answer
	 * @throws RegistryException when ZooKeeper cannot be reached or refuses
	 */
	<T> T ask(String what, Function<ZooKeeper, CompletableFuture<T>> question) {
		long deadline = System.nanoTime() + this.options.timeout().toNanos();
		for (int attempt = 1;; attempt++) {
			CuratorFramework client = connected(what, left(deadline));
			try {
				return question.apply(client.getZookeeperClient().getZooKeeper())
					.get(left(deadline).toNanos(), TimeUnit.NANOSECONDS);
			}
			catch (Exception ex) {
				Throwable cause = cause(ex);
				if (!isConnection(cause) || attempt == ATTEMPTS) {
					throw failure(what, cause);
				}
			}
		}
	}

	/**
	 * Writes.
	 * @param what what is done, in messages
	 * @param action does it, here
	 * @throws RegistryException when ZooKeeper cannot be reached or refuses
	 */
	void write(String what, Action action) {
		CuratorFramework client = connected(what, this.options.timeout());
		try {
			action.with(client);
		}
		catch (Exception ex) {
			throw failure(what, cause(ex));
		}
	}

	/**
	 * Sees that there is a connection; waits for it at the very beginning only.
	 * @throws RegistryException when there is none
	 */
	void check() {
		connected("say how it is", isStarted() ? Duration.ZERO : this.options.timeout());
	}

	/** What Curator said last of the connection; null before it said anything. */
	@Nullable ConnectionState state() {
		return this.state;
	}

	/** What a node may hold in bytes. */
	int capacity() {
		return this.config.getInt(ZKClientConfig.JUTE_MAXBUFFER, ZKClientConfig.CLIENT_MAX_PACKET_LENGTH_DEFAULT)
				- OVERHEAD;
	}

	@Override
	public void close() {
		this.closed = true;
		CuratorFramework client;
		this.lock.lock();
		try {
			client = this.started;
			this.started = null;
		}
		finally {
			this.lock.unlock();
		}
		if (client != null) {
			client.close();
		}
	}

	@Override
	public String toString() {
		return "zookeeper at " + this.servers;
	}

	private boolean isStarted() {
		this.lock.lock();
		try {
			return this.started != null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private CuratorFramework connected(String what, Duration patience) {
		CuratorFramework client = started();
		try {
			int millis = Math.toIntExact(patience.toMillis());
			if (client.blockUntilConnected(millis, TimeUnit.MILLISECONDS)) {
				requireRoot(client, what);
				return client;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RegistryException("interrupted while waiting for " + this + " to " + what, ex);
		}
		throw new RegistryException(this + " cannot be reached to " + what + ": no connection"
				+ (patience.isZero() ? "" : " within " + this.options.timeout()) + ", "
				+ this.servers.reason(MOMENT, this.executor), null);
	}

	/** Where the chroot is missing, everything would look as if nothing were there. */
	private void requireRoot(CuratorFramework client, String what) {
		if (this.rooted || this.servers.chroot().isEmpty()) {
			return;
		}
		try {
			if (client.checkExists().forPath("/") == null) {
				throw new RegistryException(this + " cannot " + what + ": the chroot " + this.servers.chroot()
						+ " does not exist there, and has to be made first", null);
			}
			this.rooted = true;
		}
		catch (Exception ex) {
			throw failure(what, ex);
		}
	}

	private CuratorFramework started() {
		this.lock.lock();
		try {
			if (this.closed) {
				throw new RegistryException("registry zookeeper is closed", null);
			}
			CuratorFramework client = this.started;
			if (client == null) {
				client = client();
				client.getConnectionStateListenable().addListener((source, state) -> changed(state));
				client.start();
				this.started = client;
			}
			return client;
		}
		finally {
			this.lock.unlock();
		}
	}

	private CuratorFramework client() {
		CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder()
			.connectString(this.servers.connectString())
			// What the servers say of their addresses need not be what leads to them.
			.ensembleTracker(false)
			.sessionTimeoutMs(Math.toIntExact(this.options.sessionTimeout().toMillis()))
			.connectionTimeoutMs(Math.toIntExact(this.options.timeout().toMillis()))
			.retryPolicy(new RetryOneTime(Math.toIntExact(PAUSE.toMillis())))
			.threadFactory(Threads.factory("micro-registry-zookeeper"))
			.zkClientConfig(this.config);
		if (!this.options.username().isEmpty()) {
			builder
				.authorization("digest",
						(this.options.username() + ":" + this.options.password()).getBytes(StandardCharsets.UTF_8))
				.aclProvider(new Owner(this.zNodes));
		}
		return builder.build();
	}

	private void changed(ConnectionState state) {
		if (this.closed) {
			return;
		}
		this.state = state;
		switch (state) {
			case SUSPENDED -> log.warn("{} is no longer connected; trying again", this);
			case LOST -> log.warn("The session with {} is over; what it held will be registered in the next", this);
			case RECONNECTED -> {
				log.info("{} is connected again", this);
				this.onReturn.run();
			}
			default -> log.debug("{} is {}", this, state);
		}
	}

	private RegistryException failure(String what, Throwable cause) {
		if (cause instanceof RegistryException known) {
			return known;
		}
		if (cause instanceof InterruptedException) {
			Thread.currentThread().interrupt();
			return new RegistryException("interrupted while " + this + " was asked to " + what, cause);
		}
		if (cause instanceof TimeoutException) {
			return new RegistryException(
					this + " cannot be reached to " + what + ": no answer within " + this.options.timeout(), cause);
		}
		if (cause instanceof KeeperException.UnimplementedException) {
			return new RegistryException(this + " cannot " + what + ": it is older than 3.6", cause);
		}
		String message = (cause.getMessage() != null) ? cause.getMessage() : cause.getClass().getSimpleName();
		return new RegistryException(
				this + (isConnection(cause) ? " cannot be reached to " : " refused to ") + what + ": " + message,
				cause);
	}

	/** Whether ZooKeeper was reached, but did not do what was asked. */
	static boolean isRefusal(RegistryException ex) {
		return ex.getCause() instanceof KeeperException failure && !isConnection(failure);
	}

	/** Whether it failed for want of a connection, which will be back. */
	static boolean isConnection(Throwable cause) {
		return cause instanceof KeeperException failure && switch (failure.code()) {
			case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED, OPERATIONTIMEOUT, REQUESTTIMEOUT -> true;
			default -> false;
		};
	}

	private static Throwable cause(Throwable failure) {
		Throwable cause = failure;
		while ((cause instanceof ExecutionException || cause instanceof CompletionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

	private static Duration left(long deadline) {
		return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
	}

	/** What is done by Curator, and waited for. */
	@FunctionalInterface
	interface Action {

		void with(CuratorFramework client) throws Exception;

	}

	/**
	 * A service belongs to whoever signed in and registered it first; what is above is
	 * for everybody to register in.
	 */
	private record Owner(ZNodes zNodes) implements ACLProvider {

		/** No {@code List.of}: ZooKeeper's client looks for null in it. */
		private static final List<ACL> SHARED = Arrays.asList(new ACL(ZooDefs.Perms.ALL, ZooDefs.Ids.AUTH_IDS),
				new ACL(ZooDefs.Perms.READ | ZooDefs.Perms.CREATE, ZooDefs.Ids.ANYONE_ID_UNSAFE));

		@Override
		public List<ACL> getDefaultAcl() {
			return ZooDefs.Ids.CREATOR_ALL_ACL;
		}

		@Override
		public List<ACL> getAclForPath(String path) {
			return path.startsWith(this.zNodes.root() + "/") ? getDefaultAcl() : SHARED;
		}

	}

}
