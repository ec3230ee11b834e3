package io.microspring.plugins.registry.nats;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import io.microspring.options.Limits;
import io.microspring.plugins.nats.NatsServers;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * How the NATS registry works. Immutable. An address that is none, a time outside its
 * limits, a subject that is none or has a wildcard, and more than one way to say who asks
 * are an {@link IllegalArgumentException}. go-micro: the options of
 * {@code registry/nats}.
 *
 * @param address the servers of the cluster as {@code host:port}, separated by commas;
 * {@code 127.0.0.1:4222} by default. Port 4222 is added where there is none, and
 * {@code tls://} in front of any makes it TLS to all. User, query and fragment are
 * refused. The servers that these tell of are used as well
 * @param username who asks, empty for nobody
 * @param password the user's password; it is in no log and no message
 * @param token what is shown instead of a user, empty for none; in no log and no message
 * @param credentialsFile a file of NATS's with a JWT and the seed of its NKey, or with a
 * seed alone; null for none
 * @param tls TLS to every server; null for none but where the address says {@code tls://}
 * @param timeout how long a look-up goes on waiting for answers after the last one;
 * nobody knows how many there are. 100 ms by default as go-micro's, from 1 ms to 1 min
 * @param connectTimeout how long to wait for a connection and for the server to confirm,
 * and how long a look-up lasts at the most; 5 s by default, from 1 ms to 10 min
 * @param quorum how many nodes of a version end a look-up of a service early; 0, the
 * default, for none
 * @param silence how long a watched node may say nothing of itself before it is asked
 * whether it is still there; 60 s by default, from 1 s. Nodes that say how long they live
 * are asked after that time
 * @param querySubjects where questions are asked and answered; by default that of
 * go-micro v1 and v2. The newest asks at {@code micro.nats.query}
 * @param watchSubjects where nodes say that they come and go; by default that of go-micro
 * v1 and v2. The newest says it at {@code micro.nats.watch}
 */
public record NatsOptions(String address, String username, String password, String token,
		@Nullable Path credentialsFile, @Nullable TlsOptions tls, Duration timeout, Duration connectTimeout, int quorum,
		Duration silence, List<String> querySubjects, List<String> watchSubjects) {

	private static final Pattern SUBJECT = Pattern.compile("[^\\s.*>]+(\\.[^\\s.*>]+)*");

	private static final NatsOptions DEFAULTS = new NatsOptions("127.0.0.1:4222", "", "", "", null, null,
			Duration.ofMillis(100), Duration.ofSeconds(5), 0, Duration.ofSeconds(60),
			List.of("micro.registry.nats.query"), List.of("micro.registry.nats.watch"));

	public NatsOptions {
		// Which checks them.
		new NatsServers(address, username, password, token, credentialsFile, tls, connectTimeout);
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(1));
		Limits.requireBetween("silence", silence, Duration.ofSeconds(1), Duration.ofDays(1));
		if (quorum < 0) {
			throw new IllegalArgumentException("quorum must not be negative, but is " + quorum);
		}
		querySubjects = requireSubjects("querySubjects", querySubjects);
		watchSubjects = requireSubjects("watchSubjects", watchSubjects);
	}

	/** Where the servers are, and who asks. */
	NatsServers servers() {
		return new NatsServers(this.address, this.username, this.password, this.token, this.credentialsFile, this.tls,
				this.connectTimeout);
	}

	private static List<String> requireSubjects(String name, List<String> subjects) {
		if (subjects.isEmpty() || !subjects.stream().allMatch((subject) -> SUBJECT.matcher(subject).matches())) {
			throw new IllegalArgumentException(name + " must be subjects without wildcards, not " + subjects);
		}
		return subjects.stream().distinct().toList();
	}

	/**
	 * The defaults: the server on this host, which lets in anybody.
	 * @return the options
	 */
	public static NatsOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with other servers.
	 * @param address the servers, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public NatsOptions withAddress(String address) {
		return new NatsOptions(address.isBlank() ? this.address : address, this.username, this.password, this.token,
				this.credentialsFile, this.tls, this.timeout, this.connectTimeout, this.quorum, this.silence,
				this.querySubjects, this.watchSubjects);
	}

	/**
	 * A copy for a user.
	 * @param username who asks
	 * @param password the user's password
	 * @return the copy
	 */
	public NatsOptions withCredentials(String username, String password) {
		return new NatsOptions(this.address, username, password, this.token, this.credentialsFile, this.tls,
				this.timeout, this.connectTimeout, this.quorum, this.silence, this.querySubjects, this.watchSubjects);
	}

	/**
	 * A copy with a token.
	 * @param token what to show
	 * @return the copy
	 */
	public NatsOptions withToken(String token) {
		return new NatsOptions(this.address, this.username, this.password, token, this.credentialsFile, this.tls,
				this.timeout, this.connectTimeout, this.quorum, this.silence, this.querySubjects, this.watchSubjects);
	}

	/**
	 * A copy with a file that says who asks. It is read at each connection.
	 * @param credentialsFile a file with a JWT and a seed, or with a seed; null for none
	 * @return the copy
	 */
	public NatsOptions withCredentialsFile(@Nullable Path credentialsFile) {
		return new NatsOptions(this.address, this.username, this.password, this.token, credentialsFile, this.tls,
				this.timeout, this.connectTimeout, this.quorum, this.silence, this.querySubjects, this.watchSubjects);
	}

	/**
	 * A copy with TLS.
	 * @param tls whom to believe, and the certificate to show, if any; null for none but
	 * where the address says so
	 * @return the copy
	 */
	public NatsOptions withTls(@Nullable TlsOptions tls) {
		return new NatsOptions(this.address, this.username, this.password, this.token, this.credentialsFile, tls,
				this.timeout, this.connectTimeout, this.quorum, this.silence, this.querySubjects, this.watchSubjects);
	}

	/**
	 * A copy with another time-out of look-ups.
	 * @param timeout how long to go on waiting after the last answer
	 * @return the copy
	 */
	public NatsOptions withTimeout(Duration timeout) {
		return new NatsOptions(this.address, this.username, this.password, this.token, this.credentialsFile, this.tls,
				timeout, this.connectTimeout, this.quorum, this.silence, this.querySubjects, this.watchSubjects);
	}

	/**
	 * A copy with another time-out of the connection.
	 * @param connectTimeout how long to wait for a connection and for a confirmation
	 * @return the copy
	 */
	public NatsOptions withConnectTimeout(Duration connectTimeout) {
		return new NatsOptions(this.address, this.username, this.password, this.token, this.credentialsFile, this.tls,
				this.timeout, connectTimeout, this.quorum, this.silence, this.querySubjects, this.watchSubjects);
	}

	/**
	 * A copy with another quorum.
	 * @param quorum how many nodes of a version end a look-up, 0 for none
	 * @return the copy
	 */
	public NatsOptions withQuorum(int quorum) {
		return new NatsOptions(this.address, this.username, this.password, this.token, this.credentialsFile, this.tls,
				this.timeout, this.connectTimeout, quorum, this.silence, this.querySubjects, this.watchSubjects);
	}

	/**
	 * A copy with another time of silence.
	 * @param silence how long a watched node may say nothing before it is asked
	 * @return the copy
	 */
	public NatsOptions withSilence(Duration silence) {
		return new NatsOptions(this.address, this.username, this.password, this.token, this.credentialsFile, this.tls,
				this.timeout, this.connectTimeout, this.quorum, silence, this.querySubjects, this.watchSubjects);
	}

	/**
	 * A copy with other subjects: of a second fleet on the same cluster, or of more than
	 * one generation of go-micro.
	 * @param querySubjects where questions are asked and answered
	 * @param watchSubjects where nodes say that they come and go
	 * @return the copy
	 */
	public NatsOptions withSubjects(List<String> querySubjects, List<String> watchSubjects) {
		return new NatsOptions(this.address, this.username, this.password, this.token, this.credentialsFile, this.tls,
				this.timeout, this.connectTimeout, this.quorum, this.silence, querySubjects, watchSubjects);
	}

	@Override
	public String toString() {
		return "NatsOptions[address=" + this.address + ", username=" + this.username + ", password="
				+ (this.password.isEmpty() ? "" : "***") + ", token=" + (this.token.isEmpty() ? "" : "***")
				+ ", credentialsFile=" + this.credentialsFile + ", tls=" + this.tls + ", timeout=" + this.timeout
				+ ", connectTimeout=" + this.connectTimeout + ", quorum=" + this.quorum + ", silence=" + this.silence
				+ ", querySubjects=" + this.querySubjects + ", watchSubjects=" + this.watchSubjects + "]";
	}

}
