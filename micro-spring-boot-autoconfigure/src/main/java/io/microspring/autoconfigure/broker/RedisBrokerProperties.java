package io.microspring.autoconfigure.broker;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.ByteLimit;
import io.microspring.plugins.broker.redis.RedisOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the Redis broker works.
 *
 * @param mode By channels, as go-micro (pubsub), or by streams, which have queues and
 * deliver again (streams).
 * @param sentinelMaster Name of the primary that the Sentinels at the address watch;
 * empty when the address is the server's.
 * @param sentinelPassword Password of the Sentinels.
 * @param database Number of the database, in which streams are.
 * @param username Who comes; empty for the default user.
 * @param password Password of the user, or of the server.
 * @param timeout How long connecting, publishing and subscribing may take.
 * @param maxMessageSize Largest body that is published or accepted.
 * @param prefetch How many messages of a subscription may be in memory that are not dealt
 * with.
 * @param maxLength About how many messages a stream keeps, read or not; 0 for all.
 * @param claimIdle How long a member of a queue may be gone until others take over what
 * it was handling.
 * @param maxDeliveries How often a message of a queue is given to members who die without
 * a word of it, before it goes to the dead letter topic.
 * @param ssl TLS to Redis; it is on when anything of it is set, or the address begins
 * with rediss://.
 */
@ConfigurationProperties("micro.broker.redis")
public record RedisBrokerProperties(@DefaultValue("pubsub") RedisOptions.Mode mode,
		@DefaultValue("") String sentinelMaster, @DefaultValue("") String sentinelPassword,
		@DefaultValue("0") int database, @DefaultValue("") String username, @DefaultValue("") String password,
		@DefaultValue("5s") Duration timeout, @DefaultValue("4MB") DataSize maxMessageSize,
		@DefaultValue("100") int prefetch, @DefaultValue("100000") long maxLength,
		@DefaultValue("30s") Duration claimIdle, @DefaultValue("10") int maxDeliveries,
		@DefaultValue @NestedConfigurationProperty BackendSsl ssl) {

	/**
	 * The options, which leave open what is not set.
	 * @param address where Redis is, or its Sentinels; empty for the default
	 */
	RedisOptions toOptions(String address, @Nullable TlsOptions tls) {
		RedisOptions options = RedisOptions.defaults()
			.withMode(this.mode)
			.withDatabase(this.database)
			.withCredentials(this.username, this.password)
			.withTimeout(this.timeout)
			.withMaxMessageSize(new ByteLimit("micro.broker.redis.max-message-size", this.maxMessageSize).bytes())
			.withPrefetch(this.prefetch)
			.withMaxLength(this.maxLength)
			.withClaimIdle(this.claimIdle)
			.withMaxDeliveries(this.maxDeliveries)
			.withTls(tls);
		return this.sentinelMaster.isEmpty() ? options.withAddress(address) : options
			.withSentinels(address.isBlank() ? "127.0.0.1" : address, this.sentinelMaster, this.sentinelPassword);
	}

	@Override
	public String toString() {
		return toOptions("127.0.0.1", this.ssl.withoutBundle()).toString();
	}

}
