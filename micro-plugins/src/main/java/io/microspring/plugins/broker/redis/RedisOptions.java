package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;

import io.microspring.options.Limits;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * How the Redis broker works. Immutable. What is outside its limits, and an address that
 * is none, is an {@link IllegalArgumentException}.
 *
 * @param address the server as {@code host:port}, or the Sentinels, separated by commas;
 * {@code 127.0.0.1:6379} by default. The port may be left out; {@code rediss://} in front
 * makes it TLS. User, query and fragment are refused
 * @param sentinelMaster the name of the primary that the Sentinels at the address watch;
 * empty when the address is the server's
 * @param database the number of the database, 0 by default; channels have none
 * @param username who comes, by Redis's access control; empty for the default user
 * @param password the user's password, or the server's; empty for none. In no log and no
 * message, as is the next
 * @param sentinelPassword the password of the Sentinels; empty for none
 * @param tls TLS to every server; null for none but where the address says
 * {@code rediss://}
 * @param sslContext the same by a context that is made already, such as that of an SSL
 * bundle, which then takes the place of {@code tls}; null for none
 * @param mode channels, as go-micro, or streams
 * @param timeout how long connecting, publishing and subscribing may take; 5 s by
 * default, from 1 ms to 10 min
 * @param maxMessageSize the largest body in bytes that is published or accepted; 4 MiB by
 * default
 * @param prefetch how many messages of a subscription may be in memory that are not dealt
 * with, beyond which no more are read; 100 by default
 * @param maxLength about how many messages a stream keeps, read or not, 0 for all;
 * 100,000 by default. What a queue has not read by then is lost to it
 * @param claimIdle how long a member of a queue may be gone until others take over what
 * it was handling; 30 s by default, from 100 ms to 1 day
 * @param maxDeliveries how often a message of a queue is given to members who die without
 * a word of it, before it goes to the dead letter topic; 10 by default. Those who end in
 * good order do not count
 */
public record RedisOptions(String address, String sentinelMaster, int database, String username, String password,
		String sentinelPassword, @Nullable TlsOptions tls, @Nullable SSLContext sslContext, Mode mode, Duration timeout,
		int maxMessageSize, int prefetch, long maxLength, Duration claimIdle, int maxDeliveries) {

	private static final RedisOptions DEFAULTS = new RedisOptions("127.0.0.1:6379", "", 0, "", "", "", null, null,
			Mode.PUBSUB, Duration.ofSeconds(5), 4 * 1024 * 1024, 100, 100_000, Duration.ofSeconds(30), 10);

	public RedisOptions {
		Objects.requireNonNull(username, "username");
		Objects.requireNonNull(password, "password");
		Objects.requireNonNull(sentinelPassword, "sentinelPassword");
		Objects.requireNonNull(mode, "mode");
		RedisAddress.all(Objects.requireNonNull(address, "address"), !sentinelMaster.isEmpty());
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(10));
		Limits.requireBetween("claimIdle", claimIdle, Duration.ofMillis(100), Duration.ofDays(1));
		Limits.requireAtLeast("database", database, 0);
		Limits.requireAtLeast("maxMessageSize", maxMessageSize, 1);
		Limits.requireAtLeast("prefetch", prefetch, 1);
		Limits.requireAtLeast("maxLength", maxLength, 0);
		Limits.requireAtLeast("maxDeliveries", maxDeliveries, 1);
		if (!username.isEmpty() && password.isEmpty()) {
			throw new IllegalArgumentException("a user comes with a password: username " + username + " has none");
		}
	}

	/**
	 * The defaults: the server on this host, which lets in anybody, and channels.
	 * @return the options
	 */
	public static RedisOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with another server.
	 * @param address the server; empty leaves it as it is
	 * @return the copy
	 */
	public RedisOptions withAddress(String address) {
		return address.isBlank() ? this : with((draft) -> draft.address = address);
	}

	/**
	 * A copy that asks Sentinels where the server is.
	 * @param addresses the Sentinels, separated by commas
	 * @param master the name of the primary that they watch
	 * @param password the Sentinels' password; empty for none
	 * @return the copy
	 */
	public RedisOptions withSentinels(String addresses, String master, String password) {
		return with((draft) -> {
			draft.address = addresses;
			draft.sentinelMaster = master;
			draft.sentinelPassword = password;
		});
	}

	/**
	 * A copy with another database, in which streams are.
	 * @param database its number
	 * @return the copy
	 */
	public RedisOptions withDatabase(int database) {
		return with((draft) -> draft.database = database);
	}

	/**
	 * A copy for a user.
	 * @param username who comes; empty for the default user
	 * @param password the password
	 * @return the copy
	 */
	public RedisOptions withCredentials(String username, String password) {
		return with((draft) -> {
			draft.username = username;
			draft.password = password;
		});
	}

	/**
	 * A copy with TLS.
	 * @param tls whom to believe, and the certificate to show, if any; null for none but
	 * where the address says so
	 * @return the copy
	 */
	public RedisOptions withTls(@Nullable TlsOptions tls) {
		return with((draft) -> draft.tls = tls);
	}

	/**
	 * A copy with TLS by a context that is made already. The name in the server's
	 * certificate must be the host that is dialled.
	 * @param sslContext the context; null for none
	 * @return the copy
	 */
	public RedisOptions withSslContext(@Nullable SSLContext sslContext) {
		return with((draft) -> draft.sslContext = sslContext);
	}

	/**
	 * A copy with another mode.
	 * @param mode channels or streams
	 * @return the copy
	 */
	public RedisOptions withMode(Mode mode) {
		return with((draft) -> draft.mode = mode);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long connecting, publishing and subscribing may take
	 * @return the copy
	 */
	public RedisOptions withTimeout(Duration timeout) {
		return with((draft) -> draft.timeout = timeout);
	}

	/**
	 * A copy with another limit of a message.
	 * @param maxMessageSize the largest body in bytes
	 * @return the copy
	 */
	public RedisOptions withMaxMessageSize(int maxMessageSize) {
		return with((draft) -> draft.maxMessageSize = maxMessageSize);
	}

	/**
	 * A copy with another number of messages in memory.
	 * @param prefetch how many of a subscription may be there that are not dealt with
	 * @return the copy
	 */
	public RedisOptions withPrefetch(int prefetch) {
		return with((draft) -> draft.prefetch = prefetch);
	}

	/**
	 * A copy with another limit of a stream.
	 * @param maxLength about how many messages it keeps, 0 for all
	 * @return the copy
	 */
	public RedisOptions withMaxLength(long maxLength) {
		return with((draft) -> draft.maxLength = maxLength);
	}

	/**
	 * A copy that takes over messages after another time.
	 * @param claimIdle how long a member of a queue may be gone
	 * @return the copy
	 */
	public RedisOptions withClaimIdle(Duration claimIdle) {
		return with((draft) -> draft.claimIdle = claimIdle);
	}

	/**
	 * A copy that gives messages up after another number of deaths.
	 * @param maxDeliveries how often a message of a queue is given to members who die
	 * @return the copy
	 */
	public RedisOptions withMaxDeliveries(int maxDeliveries) {
		return with((draft) -> draft.maxDeliveries = maxDeliveries);
	}

	private RedisOptions with(Consumer<Draft> change) {
		Draft draft = new Draft(this);
		change.accept(draft);
		return draft.finish();
	}

	@Override
	public String toString() {
		return "RedisOptions[address=" + this.address + ", sentinelMaster=" + this.sentinelMaster + ", database="
				+ this.database + ", username=" + this.username + ", tls=" + this.tls + ", sslContext="
				+ (this.sslContext != null) + ", mode=" + this.mode + ", timeout=" + this.timeout + ", maxMessageSize="
				+ this.maxMessageSize + ", prefetch=" + this.prefetch + ", maxLength=" + this.maxLength + ", claimIdle="
				+ this.claimIdle + ", maxDeliveries=" + this.maxDeliveries + "]";
	}

	/**
	 * By what messages go through Redis.
	 */
	public enum Mode {

		/**
		 * Channels ({@code PUBLISH}, {@code SUBSCRIBE}), as go-micro's plugin: who is not
		 * there misses what is published. No queues.
		 */
		PUBSUB,

		/**
		 * Streams ({@code XADD}, {@code XREADGROUP}): a queue keeps its place, and what
		 * was not acknowledged comes again. Go services on go-micro's plugin do not meet
		 * them.
		 */
		STREAMS

	}

	/** Options that are being changed. */
	private static final class Draft {

		private String address;

		private String sentinelMaster;

		private int database;

		private String username;

		private String password;

		private String sentinelPassword;

		private @Nullable TlsOptions tls;

		private @Nullable SSLContext sslContext;

		private Mode mode;

		private Duration timeout;

		private int maxMessageSize;

		private int prefetch;

		private long maxLength;

		private Duration claimIdle;

		private int maxDeliveries;

		private Draft(RedisOptions options) {
			this.address = options.address;
			this.sentinelMaster = options.sentinelMaster;
			this.database = options.database;
			this.username = options.username;
			this.password = options.password;
			this.sentinelPassword = options.sentinelPassword;
			this.tls = options.tls;
			this.sslContext = options.sslContext;
			this.mode = options.mode;
			this.timeout = options.timeout;
			this.maxMessageSize = options.maxMessageSize;
			this.prefetch = options.prefetch;
			this.maxLength = options.maxLength;
			this.claimIdle = options.claimIdle;
			this.maxDeliveries = options.maxDeliveries;
		}

		private RedisOptions finish() {
			return new RedisOptions(this.address, this.sentinelMaster, this.database, this.username, this.password,
					this.sentinelPassword, this.tls, this.sslContext, this.mode, this.timeout, this.maxMessageSize,
					this.prefetch, this.maxLength, this.claimIdle, this.maxDeliveries);
		}

	}

}
