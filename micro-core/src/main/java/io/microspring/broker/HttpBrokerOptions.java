package io.microspring.broker;

import java.time.Duration;
import java.util.Objects;

import io.microspring.options.Limits;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * How the HTTP broker works. Immutable.
 *
 * @param address where it listens; {@code 127.0.0.1:0} by default, as go-micro: reachable
 * on this host only
 * @param advertise the {@code host} or {@code host:port} that others reach it at; empty
 * by default: as bound, and a private address of this host where that is a wildcard
 * @param maxMessageSize the largest message in bytes, as it stands in the request; 4 MiB
 * by default
 * @param registerTtl how long a subscription lives in the registry unless renewed; 1 min
 * by default
 * @param registerInterval how often it is renewed; 30 s by default
 * @param queueSize how many messages may wait for one subscriber; 1024 by default,
 * publishing waits beyond
 * @param publishTimeout how long publishing waits for a subscriber that does not keep up,
 * and closing for what has been published to leave; 5 s by default
 * @param serverTls TLS of what is listened on, which is announced with each subscription;
 * null, the default, for none
 * @param clientTls TLS towards subscribers that have announced it; null, the default, for
 * {@link TlsOptions#client()}
 */
public record HttpBrokerOptions(String address, String advertise, int maxMessageSize, Duration registerTtl,
		Duration registerInterval, int queueSize, Duration publishTimeout, @Nullable TlsOptions serverTls,
		@Nullable TlsOptions clientTls) {

	/** Each time asks the registry. */
	private static final Duration LEAST_INTERVAL = Duration.ofMillis(10);

	private static final Duration LEAST = Duration.ofMillis(1);

	public HttpBrokerOptions {
		Objects.requireNonNull(address, "address");
		Objects.requireNonNull(advertise, "advertise");
		Limits.requireAtLeast("maxMessageSize", maxMessageSize, 1);
		Limits.requireBetween("registerTtl", registerTtl, Duration.ofSeconds(1), Duration.ofDays(1));
		// A subscription that is not renewed in time is gone, and comes, and goes.
		Limits.requireBetween("registerInterval", registerInterval, LEAST_INTERVAL, registerTtl);
		Limits.requireAtLeast("queueSize", queueSize, 1);
		Limits.requireBetween("publishTimeout", publishTimeout, LEAST, Duration.ofMinutes(10));
	}

	/**
	 * The defaults.
	 * @return the options
	 */
	public static HttpBrokerOptions defaults() {
		return new HttpBrokerOptions("127.0.0.1:0", "", 4 * 1024 * 1024, Duration.ofMinutes(1), Duration.ofSeconds(30),
				1024, Duration.ofSeconds(5), null, null);
	}

	/**
	 * A copy that listens elsewhere.
	 * @param address {@code host:port}
	 * @return the copy
	 */
	public HttpBrokerOptions withAddress(String address) {
		return new HttpBrokerOptions(address, this.advertise, this.maxMessageSize, this.registerTtl,
				this.registerInterval, this.queueSize, this.publishTimeout, this.serverTls, this.clientTls);
	}

	/**
	 * A copy that others reach at another address.
	 * @param advertise {@code host} or {@code host:port}
	 * @return the copy
	 */
	public HttpBrokerOptions withAdvertise(String advertise) {
		return new HttpBrokerOptions(this.address, advertise, this.maxMessageSize, this.registerTtl,
				this.registerInterval, this.queueSize, this.publishTimeout, this.serverTls, this.clientTls);
	}

	/**
	 * A copy with another limit of the message.
	 * @param bytes the largest message
	 * @return the copy
	 */
	public HttpBrokerOptions withMaxMessageSize(int bytes) {
		return new HttpBrokerOptions(this.address, this.advertise, bytes, this.registerTtl, this.registerInterval,
				this.queueSize, this.publishTimeout, this.serverTls, this.clientTls);
	}

	/**
	 * A copy with other times of registration.
	 * @param ttl how long a subscription lives unless renewed
	 * @param interval how often it is renewed
	 * @return the copy
	 */
	public HttpBrokerOptions withRegistration(Duration ttl, Duration interval) {
		return new HttpBrokerOptions(this.address, this.advertise, this.maxMessageSize, ttl, interval, this.queueSize,
				this.publishTimeout, this.serverTls, this.clientTls);
	}

	/**
	 * A copy with another queue.
	 * @param queueSize how many messages may wait for one subscriber
	 * @param publishTimeout how long publishing waits beyond
	 * @return the copy
	 */
	public HttpBrokerOptions withQueue(int queueSize, Duration publishTimeout) {
		return new HttpBrokerOptions(this.address, this.advertise, this.maxMessageSize, this.registerTtl,
				this.registerInterval, queueSize, publishTimeout, this.serverTls, this.clientTls);
	}

	/**
	 * A copy that listens with TLS, or without.
	 * @param tls its certificate, or null for no TLS
	 * @return the copy
	 */
	public HttpBrokerOptions withServerTls(@Nullable TlsOptions tls) {
		return new HttpBrokerOptions(this.address, this.advertise, this.maxMessageSize, this.registerTtl,
				this.registerInterval, this.queueSize, this.publishTimeout, tls, this.clientTls);
	}

	/**
	 * A copy that believes other certificates of subscribers.
	 * @param tls whom to believe, or null for whom the JVM believes
	 * @return the copy
	 */
	public HttpBrokerOptions withClientTls(@Nullable TlsOptions tls) {
		return new HttpBrokerOptions(this.address, this.advertise, this.maxMessageSize, this.registerTtl,
				this.registerInterval, this.queueSize, this.publishTimeout, this.serverTls, tls);
	}

}
