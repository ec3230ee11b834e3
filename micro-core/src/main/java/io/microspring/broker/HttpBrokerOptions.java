package io.microspring.broker;

import java.time.Duration;

/**
 * How the HTTP broker works. Immutable.
 *
 * @param address where it listens; {@code 127.0.0.1:0} by default, as go-micro: reachable
 * on this host only
 * @param maxMessageSize the largest message in bytes, as it stands in the request; 4 MiB
 * by default
 * @param registerTtl how long a subscription lives in the registry unless renewed; 1 min
 * by default
 * @param registerInterval how often it is renewed; 30 s by default
 * @param queueSize how many messages may wait for one subscriber; 1024 by default,
 * publishing waits beyond
 */
public record HttpBrokerOptions(String address, int maxMessageSize, Duration registerTtl, Duration registerInterval,
		int queueSize) {

	/**
	 * The defaults.
	 * @return the options
	 */
	public static HttpBrokerOptions defaults() {
		return new HttpBrokerOptions("127.0.0.1:0", 4 * 1024 * 1024, Duration.ofMinutes(1), Duration.ofSeconds(30),
				1024);
	}

	/**
	 * A copy that listens elsewhere.
	 * @param address {@code host:port}
	 * @return the copy
	 */
	public HttpBrokerOptions withAddress(String address) {
		return new HttpBrokerOptions(address, this.maxMessageSize, this.registerTtl, this.registerInterval,
				this.queueSize);
	}

}
