package io.microspring.plugins.broker.nsq;

import java.time.Duration;
import java.util.Objects;

import io.microspring.options.Limits;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * How the NSQ broker works. Immutable. An address that is none and a number or time
 * outside its limits are an {@link IllegalArgumentException}. go-micro: the options of
 * {@code broker/nsq}.
 *
 * @param address the nsqds as {@code host:port}, separated by commas;
 * {@code 127.0.0.1:4150} by default, as go-micro. A message is published to one of them,
 * and a subscription receives from each. Scheme, user, query and fragment are refused
 * @param secret what is shown to an nsqd that asks for it (AUTH), empty for none; in no
 * log and no message
 * @param tls TLS to every nsqd; null for none
 * @param timeout how long connecting, publishing and subscribing may take, each; 10 s by
 * default, from 1 ms to 10 min
 * @param messageTimeout how long nsqd waits for word of a message before it gives it to
 * somebody else; 60 s by default, from 1 s to 15 min. Of those that are here it is told
 * more often that they are, up to the longest that nsqd allows, 15 min unless set
 * @param maxInFlight how many messages each nsqd sends a subscription that are not
 * acknowledged; 100 by default, from 1 to 2500, and no more than nsqd's own limit.
 * go-micro has 1
 * @param maxDeliveries how often nsqd may send a message of which nobody says what became
 * of it, as processes die of it, before it goes to the dead letter topic; 20 by default.
 * What was only waiting in such a process counts too
 * @param maxMessageSize the largest message in bytes that is sent or accepted, as it
 * stands in its envelope; 4 MiB by default. nsqd has a limit of its own, 1 MiB unless set
 * @param lookupdAddress the nsqlookupds as {@code host:port} or {@code http://host:port},
 * or {@code https://host:port} with the same TLS, separated by commas; empty, the
 * default, for none. With some, subscriptions receive from each nsqd that one of them
 * names for the topic instead of those of {@code address}, which are published to;
 * go-micro: {@code WithLookupdAddrs}. User, path and query are refused
 * @param lookupdInterval how often a subscription asks them, up to 30 % more or less; 60
 * s by default, from 100 ms to 1 h
 */
public record NsqOptions(String address, String secret, @Nullable TlsOptions tls, Duration timeout,
		Duration messageTimeout, int maxInFlight, int maxDeliveries, int maxMessageSize, String lookupdAddress,
		Duration lookupdInterval) {

	/** What nsqd allows unless it is set otherwise. */
	private static final int MOST_IN_FLIGHT = 2500;

	/** As far as nsqd counts. */
	private static final int MOST_DELIVERIES = 65_535;

	private static final int MOST_BYTES = 256 * 1024 * 1024;

	private static final NsqOptions DEFAULTS = new NsqOptions("127.0.0.1:4150", "", null, Duration.ofSeconds(10),
			Duration.ofSeconds(60), 100, 20, 4 * 1024 * 1024, "", Duration.ofSeconds(60));

	public NsqOptions {
		NsqAddress.all(Objects.requireNonNull(address, "address"));
		Objects.requireNonNull(secret, "secret");
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(10));
		Limits.requireBetween("messageTimeout", messageTimeout, Duration.ofSeconds(1), Duration.ofMinutes(15));
		Limits.requireBetween("maxInFlight", maxInFlight, 1, MOST_IN_FLIGHT);
		Limits.requireBetween("maxDeliveries", maxDeliveries, 1, MOST_DELIVERIES);
		Limits.requireBetween("maxMessageSize", maxMessageSize, 1, MOST_BYTES);
		NsqLookupdAddress.all(Objects.requireNonNull(lookupdAddress, "lookupdAddress"));
		Limits.requireBetween("lookupdInterval", lookupdInterval, Duration.ofMillis(100), Duration.ofHours(1));
	}

	/**
	 * The defaults: the nsqd on this host.
	 * @return the options
	 */
	public static NsqOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with other nsqds.
	 * @param address the nsqds, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public NsqOptions withAddress(String address) {
		return new NsqOptions(address.isBlank() ? this.address : address, this.secret, this.tls, this.timeout,
				this.messageTimeout, this.maxInFlight, this.maxDeliveries, this.maxMessageSize, this.lookupdAddress,
				this.lookupdInterval);
	}

	/**
	 * A copy with a secret.
	 * @param secret what to show; empty for nothing
	 * @return the copy
	 */
	public NsqOptions withSecret(String secret) {
		return new NsqOptions(this.address, secret, this.tls, this.timeout, this.messageTimeout, this.maxInFlight,
				this.maxDeliveries, this.maxMessageSize, this.lookupdAddress, this.lookupdInterval);
	}

	/**
	 * A copy with TLS.
	 * @param tls whom to believe, and the certificate to show, if any; null for none
	 * @return the copy
	 */
	public NsqOptions withTls(@Nullable TlsOptions tls) {
		return new NsqOptions(this.address, this.secret, tls, this.timeout, this.messageTimeout, this.maxInFlight,
				this.maxDeliveries, this.maxMessageSize, this.lookupdAddress, this.lookupdInterval);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long connecting, publishing and subscribing may take
	 * @return the copy
	 */
	public NsqOptions withTimeout(Duration timeout) {
		return new NsqOptions(this.address, this.secret, this.tls, timeout, this.messageTimeout, this.maxInFlight,
				this.maxDeliveries, this.maxMessageSize, this.lookupdAddress, this.lookupdInterval);
	}

	/**
	 * A copy of which nsqd waits for word otherwise.
	 * @param messageTimeout how long it waits
	 * @return the copy
	 */
	public NsqOptions withMessageTimeout(Duration messageTimeout) {
		return new NsqOptions(this.address, this.secret, this.tls, this.timeout, messageTimeout, this.maxInFlight,
				this.maxDeliveries, this.maxMessageSize, this.lookupdAddress, this.lookupdInterval);
	}

	/**
	 * A copy that is sent another number of messages at once.
	 * @param maxInFlight how many that are not acknowledged
	 * @return the copy
	 */
	public NsqOptions withMaxInFlight(int maxInFlight) {
		return new NsqOptions(this.address, this.secret, this.tls, this.timeout, this.messageTimeout, maxInFlight,
				this.maxDeliveries, this.maxMessageSize, this.lookupdAddress, this.lookupdInterval);
	}

	/**
	 * A copy that gives messages up after another number of deliveries.
	 * @param maxDeliveries how often nsqd may send one
	 * @return the copy
	 */
	public NsqOptions withMaxDeliveries(int maxDeliveries) {
		return new NsqOptions(this.address, this.secret, this.tls, this.timeout, this.messageTimeout, this.maxInFlight,
				maxDeliveries, this.maxMessageSize, this.lookupdAddress, this.lookupdInterval);
	}

	/**
	 * A copy with another limit.
	 * @param maxMessageSize the largest message in bytes
	 * @return the copy
	 */
	public NsqOptions withMaxMessageSize(int maxMessageSize) {
		return new NsqOptions(this.address, this.secret, this.tls, this.timeout, this.messageTimeout, this.maxInFlight,
				this.maxDeliveries, maxMessageSize, this.lookupdAddress, this.lookupdInterval);
	}

	/**
	 * A copy whose subscriptions receive from the nsqds that nsqlookupd names.
	 * @param lookupdAddress the nsqlookupds, separated by commas; empty for none
	 * @return the copy
	 */
	public NsqOptions withLookupdAddress(String lookupdAddress) {
		return new NsqOptions(this.address, this.secret, this.tls, this.timeout, this.messageTimeout, this.maxInFlight,
				this.maxDeliveries, this.maxMessageSize, lookupdAddress, this.lookupdInterval);
	}

	/**
	 * A copy that asks nsqlookupd more often, or less.
	 * @param lookupdInterval how often
	 * @return the copy
	 */
	public NsqOptions withLookupdInterval(Duration lookupdInterval) {
		return new NsqOptions(this.address, this.secret, this.tls, this.timeout, this.messageTimeout, this.maxInFlight,
				this.maxDeliveries, this.maxMessageSize, this.lookupdAddress, lookupdInterval);
	}

	@Override
	public String toString() {
		return "NsqOptions[address=" + this.address + ", secret=" + (this.secret.isEmpty() ? "" : "***") + ", tls="
				+ this.tls + ", timeout=" + this.timeout + ", messageTimeout=" + this.messageTimeout + ", maxInFlight="
				+ this.maxInFlight + ", maxDeliveries=" + this.maxDeliveries + ", maxMessageSize=" + this.maxMessageSize
				+ ", lookupdAddress=" + this.lookupdAddress + ", lookupdInterval=" + this.lookupdInterval + "]";
	}

}
