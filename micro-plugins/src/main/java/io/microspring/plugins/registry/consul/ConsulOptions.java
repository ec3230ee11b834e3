package io.microspring.plugins.registry.consul;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.microspring.options.Limits;
import io.microspring.transport.ServerAddress;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * How the Consul registry works. Immutable. What is out of bounds is an
 * {@link IllegalArgumentException}.
 *
 * @param address the Consul agents as {@code host:port}, separated by commas;
 * {@code 127.0.0.1:8500} by default. Port 8500 is added where there is none, and
 * {@code https://} in front makes it TLS; user, query and fragment are refused. The first
 * that answers is used, the next when it no longer does
 * @param token the ACL token, empty for none; it is in no log and no message
 * @param datacenter the data centre to look services up in, empty for the agent's own
 * @param tls TLS to every agent; null for none but where the address says
 * {@code https://}. Together with {@code http://} it is refused
 * @param consistency how fresh look-ups are. Watches are not concerned: they always ask
 * the leader
 * @param check how Consul knows that a node lives; by its time to live by default
 * @param deregisterCriticalAfter how long a node may fail its check before Consul removes
 * it: a second at least, of which Consul makes a minute. Null, the default, is the time
 * to live and 5 s, or the check's interval and 5 s, and 65 s at least, as go-micro
 * @param timeout how long to wait for a connection and for an answer; 5 s by default
 * @param waitTime how long a watch asks Consul to hold a question back while nothing
 * changes; 55 s by default, a second at least, 10 min at most
 */
public record ConsulOptions(String address, String token, String datacenter, @Nullable TlsOptions tls,
		Consistency consistency, Check check, @Nullable Duration deregisterCriticalAfter, Duration timeout,
		Duration waitTime) {

	private static final int DEFAULT_PORT = 8500;

	private static final Duration MINUTE = Duration.ofMinutes(1);

	public ConsulOptions {
		if (uris(address, tls).stream().anyMatch((uri) -> tls != null && uri.getScheme().equals("http"))) {
			throw new IllegalArgumentException("An address of Consul says http://, but TLS is set: '" + address + "'");
		}
		Objects.requireNonNull(token, "token");
		Objects.requireNonNull(datacenter, "datacenter");
		Objects.requireNonNull(consistency, "consistency");
		Objects.requireNonNull(check, "check");
		if (deregisterCriticalAfter != null) {
			Limits.requireBetween("deregisterCriticalAfter", deregisterCriticalAfter, Duration.ofSeconds(1),
					Duration.ofDays(365));
		}
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), MINUTE.multipliedBy(10));
		Limits.requireBetween("waitTime", waitTime, Duration.ofSeconds(1), MINUTE.multipliedBy(10));
	}

	/**
	 * The defaults: the agent of this host.
	 * @return the options
	 */
	public static ConsulOptions defaults() {
		return new ConsulOptions("127.0.0.1:8500", "", "", null, Consistency.STALE, Check.ttl(), null,
				Duration.ofSeconds(5), Duration.ofSeconds(55));
	}

	/**
	 * A copy with other agents.
	 * @param address the agents, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public ConsulOptions withAddress(String address) {
		return new ConsulOptions(address.isBlank() ? this.address : address, this.token, this.datacenter, this.tls,
				this.consistency, this.check, this.deregisterCriticalAfter, this.timeout, this.waitTime);
	}

	/**
	 * A copy with a token.
	 * @param token the ACL token
	 * @return the copy
	 */
	public ConsulOptions withToken(String token) {
		return new ConsulOptions(this.address, token, this.datacenter, this.tls, this.consistency, this.check,
				this.deregisterCriticalAfter, this.timeout, this.waitTime);
	}

	/**
	 * A copy with a data centre.
	 * @param datacenter where services are looked up
	 * @return the copy
	 */
	public ConsulOptions withDatacenter(String datacenter) {
		return new ConsulOptions(this.address, this.token, datacenter, this.tls, this.consistency, this.check,
				this.deregisterCriticalAfter, this.timeout, this.waitTime);
	}

	/**
	 * A copy with TLS.
	 * @param tls whom to believe, and the certificate to show, if any; null for none but
	 * where the address says so
	 * @return the copy
	 */
	public ConsulOptions withTls(@Nullable TlsOptions tls) {
		return new ConsulOptions(this.address, this.token, this.datacenter, tls, this.consistency, this.check,
				this.deregisterCriticalAfter, this.timeout, this.waitTime);
	}

	/**
	 * A copy whose look-ups are more or less fresh.
	 * @param consistency how fresh
	 * @return the copy
	 */
	public ConsulOptions withConsistency(Consistency consistency) {
		return new ConsulOptions(this.address, this.token, this.datacenter, this.tls, consistency, this.check,
				this.deregisterCriticalAfter, this.timeout, this.waitTime);
	}

	/**
	 * A copy with another check.
	 * @param check how Consul knows that a node lives
	 * @return the copy
	 */
	public ConsulOptions withCheck(Check check) {
		return new ConsulOptions(this.address, this.token, this.datacenter, this.tls, this.consistency, check,
				this.deregisterCriticalAfter, this.timeout, this.waitTime);
	}

	/**
	 * A copy whose nodes are removed sooner or later.
	 * @param after how long a node may fail its check; null for go-micro's time
	 * @return the copy
	 */
	public ConsulOptions withDeregisterCriticalAfter(@Nullable Duration after) {
		return new ConsulOptions(this.address, this.token, this.datacenter, this.tls, this.consistency, this.check,
				after, this.timeout, this.waitTime);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long to wait for a connection and for an answer
	 * @return the copy
	 */
	public ConsulOptions withTimeout(Duration timeout) {
		return new ConsulOptions(this.address, this.token, this.datacenter, this.tls, this.consistency, this.check,
				this.deregisterCriticalAfter, timeout, this.waitTime);
	}

	/**
	 * A copy with another time to wait for changes.
	 * @param waitTime how long Consul holds a question back
	 * @return the copy
	 */
	public ConsulOptions withWaitTime(Duration waitTime) {
		return new ConsulOptions(this.address, this.token, this.datacenter, this.tls, this.consistency, this.check,
				this.deregisterCriticalAfter, this.timeout, waitTime);
	}

	@Override
	public String toString() {
		return "ConsulOptions[address=" + this.address + ", token=" + (this.token.isEmpty() ? "" : "***")
				+ ", datacenter=" + this.datacenter + ", tls=" + this.tls + ", consistency=" + this.consistency
				+ ", check=" + this.check + ", deregisterCriticalAfter=" + this.deregisterCriticalAfter + ", timeout="
				+ this.timeout + ", waitTime=" + this.waitTime + "]";
	}

	/** Where the agents are asked, at least one. */
	List<URI> uris() {
		return uris(this.address, this.tls);
	}

	private static List<URI> uris(String address, @Nullable TlsOptions tls) {
		return ServerAddress.list(address, "Consul", "micro.registry.consul", DEFAULT_PORT, Set.of("http", "https"))
			.stream()
			.map((server) -> server.uri((tls != null) ? "https" : "http"))
			.toList();
	}

	/** How fresh a look-up is. */
	public enum Consistency {

		/**
		 * Any server of Consul answers, perhaps with what was so a moment ago, also while
		 * there is no leader; the default, as go-micro.
		 */
		STALE,

		/** The leader answers; Consul's own default. */
		DEFAULT,

		/** The leader answers after the others have confirmed that it still is. */
		CONSISTENT

	}

	/**
	 * How Consul knows that a node lives. With a check that Consul makes itself, by
	 * {@code TCP} or {@code HTTP}, the time to live of registrations does not count:
	 * Consul keeps a node as long as it can be reached.
	 *
	 * @param kind the kind of check
	 * @param url what is asked by {@code HTTP}, with {@code {host}} and {@code {port}}
	 * for the node's: an answer of 2xx is good, 429 a warning, anything else bad. Empty
	 * for {@code Debug.Health}, which every service answers. No user stands in it
	 * @param interval how often Consul looks; a second at least
	 * @param timeout how long Consul waits for an answer
	 */
	public record Check(Kind kind, String url, Duration interval, Duration timeout) {

		public Check {
			Objects.requireNonNull(kind, "kind");
			Limits.requireBetween("check interval", interval, Duration.ofSeconds(1), MINUTE.multipliedBy(60));
			Limits.requireBetween("check timeout", timeout, Duration.ofMillis(1), MINUTE.multipliedBy(10));
			if (!url.isEmpty()) {
				requireUrl(url);
			}
		}

		/**
		 * The node says that it lives, each time that it is registered again.
		 * @return the check
		 */
		public static Check ttl() {
			return new Check(Kind.TTL, "", Duration.ofSeconds(10), Duration.ofSeconds(5));
		}

		/**
		 * Consul connects to the node's address.
		 * @param interval how often
		 * @return the check, which waits 5 s for the connection
		 */
		public static Check tcp(Duration interval) {
			return new Check(Kind.TCP, "", interval, Duration.ofSeconds(5));
		}

		/**
		 * Consul asks the node, or something beside it.
		 * @param url what it asks; empty for {@code Debug.Health}
		 * @param interval how often
		 * @return the check, which waits 5 s for the answer
		 */
		public static Check http(String url, Duration interval) {
			return new Check(Kind.HTTP, url, interval, Duration.ofSeconds(5));
		}

		private static void requireUrl(String url) {
			String reason = "no URL of http or https without a user";
			try {
				URI uri = URI.create(url.replace("{host}", "localhost").replace("{port}", "80"));
				if (uri.getHost() != null && uri.getUserInfo() == null
						&& String.valueOf(uri.getScheme()).matches("https?")) {
					return;
				}
			}
			catch (IllegalArgumentException ignored) {
				reason = "no URL";
			}
			// Not shown: it may hold a password.
			throw new IllegalArgumentException("The url of a check is " + reason);
		}

		/** The kinds of checks. */
		public enum Kind {

			/** The node says that it lives. */
			TTL,

			/** Consul connects to it. */
			TCP,

			/** Consul asks it. */
			HTTP

		}

	}

}
