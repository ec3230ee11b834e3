package io.microspring.plugins.registry.consul;

import java.time.Duration;
import java.util.Objects;

/**
 * How the Consul registry works. Immutable.
 *
 * @param address the Consul agents as {@code host:port}, separated by commas;
 * {@code 127.0.0.1:8500} by default. Port 8500 is added where there is none, and
 * {@code https://} in front makes it TLS; user, query and fragment are refused. The first
 * that answers is used, the next when it no longer does
 * @param token the ACL token, empty for none; it is in no log and no message
 * @param datacenter the data centre to look services up in, empty for the agent's own
 * @param timeout how long to wait for a connection and for an answer; 5 s by default
 * @param waitTime how long a watch asks Consul to hold a question back while nothing
 * changes; 55 s by default, a second at least, 10 min at most
 */
public record ConsulOptions(String address, String token, String datacenter, Duration timeout, Duration waitTime) {

	public ConsulOptions {
		ConsulAgents.uris(address);
		Objects.requireNonNull(token, "token");
		Objects.requireNonNull(datacenter, "datacenter");
		requireWithin(timeout, Duration.ofMillis(1), Duration.ofMinutes(10), "timeout");
		requireWithin(waitTime, Duration.ofSeconds(1), Duration.ofMinutes(10), "waitTime");
	}

	/**
	 * The defaults: the agent of this host.
	 * @return the options
	 */
	public static ConsulOptions defaults() {
		return new ConsulOptions("127.0.0.1:8500", "", "", Duration.ofSeconds(5), Duration.ofSeconds(55));
	}

	/**
	 * A copy with other agents.
	 * @param address the agents, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public ConsulOptions withAddress(String address) {
		return new ConsulOptions(address.isBlank() ? this.address : address, this.token, this.datacenter, this.timeout,
				this.waitTime);
	}

	/**
	 * A copy with a token.
	 * @param token the ACL token
	 * @return the copy
	 */
	public ConsulOptions withToken(String token) {
		return new ConsulOptions(this.address, token, this.datacenter, this.timeout, this.waitTime);
	}

	/**
	 * A copy with a data centre.
	 * @param datacenter where services are looked up
	 * @return the copy
	 */
	public ConsulOptions withDatacenter(String datacenter) {
		return new ConsulOptions(this.address, this.token, datacenter, this.timeout, this.waitTime);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long to wait for a connection and for an answer
	 * @return the copy
	 */
	public ConsulOptions withTimeout(Duration timeout) {
		return new ConsulOptions(this.address, this.token, this.datacenter, timeout, this.waitTime);
	}

	/**
	 * A copy with another time to wait for changes.
	 * @param waitTime how long Consul holds a question back
	 * @return the copy
	 */
	public ConsulOptions withWaitTime(Duration waitTime) {
		return new ConsulOptions(this.address, this.token, this.datacenter, this.timeout, waitTime);
	}

	@Override
	public String toString() {
		return "ConsulOptions[address=" + this.address + ", token=" + (this.token.isEmpty() ? "" : "***")
				+ ", datacenter=" + this.datacenter + ", timeout=" + this.timeout + ", waitTime=" + this.waitTime + "]";
	}

	private static void requireWithin(Duration duration, Duration least, Duration most, String name) {
		if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
			throw new IllegalArgumentException(
					name + " must be between " + least + " and " + most + ", not " + duration);
		}
	}

}
