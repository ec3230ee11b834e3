package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.microspring.broker.BrokerException;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * The connections to Redis. One is shared by all that get an answer at once; a subscriber
 * waits on a connection of its own. What breaks is connected again, and what was not
 * answered by then is asked again. Thread-safe.
 */
final class RedisLink {

	private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

	/** The driver ends a command by itself; this is for one that it forgets. */
	private static final Duration SLACK = StreamReader.WAIT.plusSeconds(1);

	/**
	 * More commands that wait for an answer than publishers and subscribers have. While
	 * Redis is away the driver keeps those whose time has run out too, with their
	 * messages: more of them would fill the memory.
	 */
	private static final int MAX_WAITING_COMMANDS = 5_000;

	private static final Set<String> DENIALS = Set.of("NOAUTH", "WRONGPASS", "NOPERM");

	private final RedisOptions options;

	private final List<RedisAddress> addresses;

	private final @Nullable RedisTls tls;

	private final ClientResources resources;

	private final RedisClient client;

	private final StatefulRedisConnection<String, byte[]> connection;

	/**
	 * Connects.
	 * @param options where Redis is
	 * @param addresses the same, as it was read
	 * @param tls TLS to it, or null
	 * @throws RedisException when it cannot be reached
	 */
	RedisLink(RedisOptions options, List<RedisAddress> addresses, @Nullable RedisTls tls) {
		this.options = options;
		this.addresses = addresses;
		this.tls = tls;
		this.resources = resources((channel) -> {
		}).ioThreadPoolSize(2).computationThreadPoolSize(2).build();
		this.client = client(this.resources);
		try {
			this.connection = this.client.connect(CODEC);
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
	}

	private DefaultClientResources.Builder resources(Consumer<Channel> opening) {
		return DefaultClientResources.builder()
			.reconnectDelay(Delay.equalJitter(Duration.ofMillis(50), Duration.ofSeconds(2), 50, TimeUnit.MILLISECONDS))
			.nettyCustomizer(customizer(opening));
	}

	private RedisClient client(ClientResources resources) {
		RedisClient made = RedisClient.create(resources, uri());
		made.setOptions(ClientOptions.builder()
			.socketOptions(SocketOptions.builder().connectTimeout(this.options.timeout()).keepAlive(true).build())
			.timeoutOptions(TimeoutOptions.builder().timeoutCommands().connectionTimeout().build())
			.requestQueueSize(MAX_WAITING_COMMANDS)
			.build());
		return made;
	}

	private RedisURI uri() {
		RedisAddress first = this.addresses.get(0);
		RedisURI.Builder builder = RedisURI.builder();
		if (this.options.sentinelMaster().isEmpty()) {
			builder.withHost(first.dialled()).withPort(first.port());
		}
		else {
			builder.withSentinelMasterId(this.options.sentinelMaster());
			this.addresses.forEach((address) -> builder.withSentinel(sentinel(address)));
		}
		builder.withDatabase(this.options.database()).withTimeout(this.options.timeout());
		if (!this.options.password().isEmpty()) {
			builder.withAuthentication(credentials(this.options.username(), this.options.password()));
		}
		return builder.build();
	}

	private RedisURI sentinel(RedisAddress address) {
		RedisURI.Builder builder = RedisURI.builder()
			.withHost(address.dialled())
			.withPort(address.port())
			.withTimeout(this.options.timeout());
		if (!this.options.sentinelPassword().isEmpty()) {
			builder.withAuthentication(credentials("", this.options.sentinelPassword()));
		}
		return builder.build();
	}

	private static RedisCredentialsProvider credentials(String username, String password) {
		RedisCredentials credentials = RedisCredentials.just(username.isEmpty() ? null : username,
				password.toCharArray());
		return RedisCredentialsProvider.from(() -> credentials);
	}

	/**
	 * Commands that are answered at once, on the connection that all share.
	 * @return the commands
	 */
	RedisAsyncCommands<String, byte[]> commands() {
		return this.connection.async();
	}

	/**
	 * Opens a connection on which a command may wait at Redis, as
	 * {@link StreamReader#WAIT} says.
	 * @return the connection; whoever asked closes it
	 * @throws RedisException when Redis cannot be reached
	 */
	StatefulRedisConnection<String, byte[]> waiting() {
		StatefulRedisConnection<String, byte[]> opened = this.client.connect(CODEC);
		opened.setTimeout(this.options.timeout().plus(StreamReader.WAIT));
		return opened;
	}

	/**
	 * Opens a connection for channels.
	 * @param opening is given each channel of Netty's that it is made of, the first one
	 * and those after it broke
	 * @return the connection
	 * @throws RedisException when Redis cannot be reached
	 */
	Channels channels(Consumer<Channel> opening) {
		// The threads are those of all; the rest is its own, and to be shut down with it.
		ClientResources own = resources(opening).eventLoopGroupProvider(this.resources.eventLoopGroupProvider())
			.eventExecutorGroup(this.resources.eventExecutorGroup())
			.timer(this.resources.timer())
			.build();
		RedisClient opened = client(own);
		try {
			return new Channels(opened, own, opened.connectPubSub(CODEC));
		}
		catch (RuntimeException ex) {
			close(opened, own);
			throw ex;
		}
	}

	private static void close(RedisClient client, ClientResources own) {
		long timeout = CLOSE_TIMEOUT.toMillis();
		client.shutdownAsync(0, timeout, TimeUnit.MILLISECONDS)
			.whenComplete((done, failure) -> own.shutdown(0, timeout, TimeUnit.MILLISECONDS));
	}

	private NettyCustomizer customizer(Consumer<Channel> opening) {
		return new NettyCustomizer() {

			@Override
			public void afterChannelInitialized(Channel channel) {
				if (RedisLink.this.tls != null) {
					RedisLink.this.tls.secure(channel);
				}
				opening.accept(channel);
			}

		};
	}

	/**
	 * Waits for an answer.
	 * @param answer the answer
	 * @param asked what was asked, for a person: {@code publish to orders}
	 * @return the answer
	 * @throws BrokerException when there is none in time, or Redis refuses
	 */
	<T> T await(Future<T> answer, String asked) {
		try {
			return answer.get(this.options.timeout().plus(SLACK).toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new BrokerException("interrupted while asking redis at " + where() + " to " + asked, ex);
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw failure("redis at " + where() + " did not " + asked, cause);
		}
		catch (CancellationException ex) {
			throw new BrokerException("redis at " + where() + " did not " + asked + ": the connection was closed", ex);
		}
		catch (TimeoutException ex) {
			answer.cancel(false);
			throw new BrokerException("redis at " + where() + " did not " + asked + " within " + this.options.timeout(),
					ex);
		}
	}

	private String where() {
		return where(this.options, this.addresses);
	}

	static String where(RedisOptions options, List<RedisAddress> addresses) {
		String all = String.join(", ", addresses.stream().map(RedisAddress::toString).toList());
		return options.sentinelMaster().isEmpty() ? all
				: "the primary " + options.sentinelMaster() + " that Sentinels know at " + all;
	}

	/** Tells who is not let in, or may not do something, from what else may happen. */
	static BrokerException failure(String what, Throwable cause) {
		String reason = reason(cause);
		return isDenied(reason) ? BrokerException.denied(what + ": " + reason, cause)
				: new BrokerException(what + ": " + reason, cause);
	}

	/** Whether it is Redis' word for wrong credentials or missing rights. */
	static boolean isDenied(String reason) {
		return DENIALS.contains(reason.split(" ", 2)[0]);
	}

	/** What happened, without what the driver wraps it in. */
	static String reason(Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		return (root.getMessage() != null) ? root.getMessage() : root.toString();
	}

	/** Closes all connections. */
	void close() {
		long timeout = CLOSE_TIMEOUT.toMillis();
		try {
			this.client.shutdownAsync(0, timeout, TimeUnit.MILLISECONDS).get(timeout, TimeUnit.MILLISECONDS);
			this.resources.shutdown(0, timeout, TimeUnit.MILLISECONDS).get(timeout, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ignored) {
			// They end on their own.
		}
	}

	/**
	 * A connection for channels.
	 *
	 * @param client what it belongs to, alone
	 * @param own what else is its alone
	 * @param connection the connection
	 */
	record Channels(RedisClient client, ClientResources own, StatefulRedisPubSubConnection<String, byte[]> connection) {

		void close() {
			RedisLink.close(this.client, this.own);
		}

	}

}
