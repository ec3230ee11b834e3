package io.microspring.registry;

import java.time.Duration;

/**
 * How the multicast DNS registry works. Immutable.
 *
 * @param domain the domain that services are announced in; {@code micro} by default, as
 * go-micro
 * @param timeout how long a look-up waits for answers; 100 ms by default, as go-micro
 * @param port the UDP port; 5353 by default. Tests use another so that they meet nobody
 * @param multicast whether to use multicast where the machine has it; false goes straight
 * to the loopback fall-back
 */
public record MdnsOptions(String domain, Duration timeout, int port, boolean multicast) {

	public MdnsOptions {
		if (timeout.isNegative() || timeout.isZero()) {
			throw new IllegalArgumentException("timeout " + timeout + ": a look-up has to wait for answers");
		}
		if (port < 1 || port > 0xffff) {
			throw new IllegalArgumentException("port " + port + ": a UDP port is from 1 to 65535");
		}
	}

	/**
	 * The defaults.
	 * @return the options
	 */
	public static MdnsOptions defaults() {
		return new MdnsOptions("micro", Duration.ofMillis(100), 5353, true);
	}

	/**
	 * A copy with another domain.
	 * @param domain the domain
	 * @return the copy
	 */
	public MdnsOptions withDomain(String domain) {
		return new MdnsOptions(domain, this.timeout, this.port, this.multicast);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long a look-up waits
	 * @return the copy
	 */
	public MdnsOptions withTimeout(Duration timeout) {
		return new MdnsOptions(this.domain, timeout, this.port, this.multicast);
	}

	/**
	 * A copy with another port.
	 * @param port the UDP port
	 * @return the copy
	 */
	public MdnsOptions withPort(int port) {
		return new MdnsOptions(this.domain, this.timeout, port, this.multicast);
	}

	/**
	 * A copy with or without multicast.
	 * @param multicast whether to use it
	 * @return the copy
	 */
	public MdnsOptions withMulticast(boolean multicast) {
		return new MdnsOptions(this.domain, this.timeout, this.port, multicast);
	}

}
