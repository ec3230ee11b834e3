package io.microspring.plugins.broker.googlepubsub;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

import io.microspring.options.Limits;
import org.jspecify.annotations.Nullable;

/**
 * How the Google Pub/Sub broker works. Immutable. A number or time outside its limits, a
 * project that is none and an emulator that is no {@code host:port} are an
 * {@link IllegalArgumentException}. go-micro: the options of {@code broker/googlepubsub}.
 *
 * @param project the project of Google Cloud; empty, the default, is refused when the
 * broker is made
 * @param emulator {@code host:port} of an emulator, which is spoken to without TLS and
 * credentials; empty, the default, for Google's own service
 * @param credentialsFile the key file of a service account; null, the default, for what
 * Google's libraries find by themselves (application default credentials)
 * @param queuePerTopic whether a queue's subscription is called by topic and queue, such
 * as {@code orders.billing}, so that one name may be the queue of several topics; false
 * by default: it is called as the queue, as go-micro's, so that subscribers in Go and
 * Java share its messages
 * @param ackDeadline how long a message is kept from others while its process says
 * nothing of it; 20 s by default, from 10 s to 10 min
 * @param maxOutstanding how many messages a subscription is sent that are not
 * acknowledged, with 100 MB at the most; 1000 by default, as Google's client, from 1 to
 * 10,000
 * @param timeout how long publishing and subscribing may take, each; 10 s by default,
 * from 1 s to 10 min
 * @param maxMessageSize the largest body in bytes that is sent or accepted; 4 MiB by
 * default, and 10 MB at the most, with the headers, which is Google's limit
 */
public record PubSubOptions(String project, String emulator, @Nullable Path credentialsFile, boolean queuePerTopic,
		Duration ackDeadline, int maxOutstanding, Duration timeout, int maxMessageSize) {

	private static final Pattern PROJECT = Pattern.compile("([a-z0-9.-]+:)?[a-z0-9-]{0,100}");

	private static final Pattern HOST_AND_PORT = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:@/?#]+):\\d{1,5}");

	private static final int MOST_BYTES = 10_000_000;

	private static final PubSubOptions DEFAULTS = new PubSubOptions("", "", null, false, Duration.ofSeconds(20), 1000,
			Duration.ofSeconds(10), 4 * 1024 * 1024);

	public PubSubOptions {
		Objects.requireNonNull(project, "project");
		if (!PROJECT.matcher(project).matches()) {
			throw new IllegalArgumentException("Not a project of Google Cloud: '" + project + "'");
		}
		if (!emulator.isEmpty() && !HOST_AND_PORT.matcher(emulator).matches()) {
			throw new IllegalArgumentException("The emulator of Pub/Sub is a host and a port, without scheme, user and"
					+ " path, such as 127.0.0.1:8085");
		}
		Limits.requireBetween("ackDeadline", ackDeadline, Duration.ofSeconds(10), Duration.ofMinutes(10));
		Limits.requireBetween("timeout", timeout, Duration.ofSeconds(1), Duration.ofMinutes(10));
		Limits.requireBetween("maxOutstanding", maxOutstanding, 1, 10_000);
		Limits.requireBetween("maxMessageSize", maxMessageSize, 1, MOST_BYTES);
	}

	/**
	 * The defaults: Google's own service, in a project that is still to be named.
	 * @return the options
	 */
	public static PubSubOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy in another project.
	 * @param project the project; empty leaves it as it is
	 * @return the copy
	 */
	public PubSubOptions withProject(String project) {
		return new PubSubOptions(project.isBlank() ? this.project : project, this.emulator, this.credentialsFile,
				this.queuePerTopic, this.ackDeadline, this.maxOutstanding, this.timeout, this.maxMessageSize);
	}

	/**
	 * A copy for an emulator.
	 * @param emulator its {@code host:port}; empty for Google's own service
	 * @return the copy
	 */
	public PubSubOptions withEmulator(String emulator) {
		return new PubSubOptions(this.project, emulator, this.credentialsFile, this.queuePerTopic, this.ackDeadline,
				this.maxOutstanding, this.timeout, this.maxMessageSize);
	}

	/**
	 * A copy with other credentials.
	 * @param file the key file of a service account; null for what is found by itself
	 * @return the copy
	 */
	public PubSubOptions withCredentialsFile(@Nullable Path file) {
		return new PubSubOptions(this.project, this.emulator, file, this.queuePerTopic, this.ackDeadline,
				this.maxOutstanding, this.timeout, this.maxMessageSize);
	}

	/**
	 * A copy that calls queues otherwise.
	 * @param queuePerTopic whether by topic and queue
	 * @return the copy
	 */
	public PubSubOptions withQueuePerTopic(boolean queuePerTopic) {
		return new PubSubOptions(this.project, this.emulator, this.credentialsFile, queuePerTopic, this.ackDeadline,
				this.maxOutstanding, this.timeout, this.maxMessageSize);
	}

	/**
	 * A copy with another deadline.
	 * @param ackDeadline how long a message is kept from others in silence
	 * @return the copy
	 */
	public PubSubOptions withAckDeadline(Duration ackDeadline) {
		return new PubSubOptions(this.project, this.emulator, this.credentialsFile, this.queuePerTopic, ackDeadline,
				this.maxOutstanding, this.timeout, this.maxMessageSize);
	}

	/**
	 * A copy that is sent another number of messages at once.
	 * @param maxOutstanding how many that are not acknowledged
	 * @return the copy
	 */
	public PubSubOptions withMaxOutstanding(int maxOutstanding) {
		return new PubSubOptions(this.project, this.emulator, this.credentialsFile, this.queuePerTopic,
				this.ackDeadline, maxOutstanding, this.timeout, this.maxMessageSize);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long publishing and subscribing may take
	 * @return the copy
	 */
	public PubSubOptions withTimeout(Duration timeout) {
		return new PubSubOptions(this.project, this.emulator, this.credentialsFile, this.queuePerTopic,
				this.ackDeadline, this.maxOutstanding, timeout, this.maxMessageSize);
	}

	/**
	 * A copy with another limit.
	 * @param maxMessageSize the largest body in bytes
	 * @return the copy
	 */
	public PubSubOptions withMaxMessageSize(int maxMessageSize) {
		return new PubSubOptions(this.project, this.emulator, this.credentialsFile, this.queuePerTopic,
				this.ackDeadline, this.maxOutstanding, this.timeout, maxMessageSize);
	}

}
