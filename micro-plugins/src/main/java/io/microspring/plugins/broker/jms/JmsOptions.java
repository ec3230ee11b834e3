package io.microspring.plugins.broker.jms;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How the JMS broker works. Immutable.
 *
 * @param address the server of Artemis as {@code host:port}, several separated by commas;
 * {@code 127.0.0.1:61616} by default. Without effect where a connection factory is given
 * @param username who comes; empty for whom the connection factory says
 * @param password the user's password; in no log and no message
 * @param virtualTopics what the topics of ActiveMQ Classic begin with whose messages it
 * also puts into the queues {@code Consumer.<queue>.<topic>}, which are our queues there;
 * {@code VirtualTopic.} by default, empty where it does so with all. Artemis has shared
 * subscriptions instead
 * @param persistent whether the server keeps messages over its restart; true by default
 * @param maxMessageSize the largest body in bytes that is published or accepted; 4 MiB by
 * default
 * @param prefetch how many messages of a subscription may be with its handler that are
 * not dealt with; 100 by default. The driver keeps some more
 */
public record JmsOptions(String address, String username, String password, String virtualTopics, boolean persistent,
		int maxMessageSize, int prefetch) {

	private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[\\w.-]+):\\d{1,5}");

	private static final JmsOptions DEFAULTS = new JmsOptions("127.0.0.1:61616", "", "", "VirtualTopic.", true,
			4 * 1024 * 1024, 100);

	public JmsOptions {
		for (String one : Objects.requireNonNull(address, "address").split(",")) {
			if (!ADDRESS.matcher(one.trim()).matches()) {
				// Not shown: it may hold a password.
				throw new IllegalArgumentException("An address of the JMS broker is a host and a port, without user,"
						+ " scheme and query; who comes is set by micro.broker.jms.username and .password, and all"
						+ " else by a connection factory");
			}
		}
		Objects.requireNonNull(username, "username");
		Objects.requireNonNull(password, "password");
		Objects.requireNonNull(virtualTopics, "virtualTopics");
		if (maxMessageSize < 1) {
			throw new IllegalArgumentException("maxMessageSize must be at least 1, not " + maxMessageSize);
		}
		if (prefetch < 1) {
			throw new IllegalArgumentException("prefetch must be at least 1, not " + prefetch);
		}
	}

	/**
	 * The defaults: an Artemis on this host.
	 * @return the options
	 */
	public static JmsOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with another server.
	 * @param address the server; empty leaves it as it is
	 * @return the copy
	 */
	public JmsOptions withAddress(String address) {
		return new JmsOptions(address.isBlank() ? this.address : address, this.username, this.password,
				this.virtualTopics, this.persistent, this.maxMessageSize, this.prefetch);
	}

	/**
	 * A copy for a user.
	 * @param username who comes
	 * @param password the password
	 * @return the copy
	 */
	public JmsOptions withCredentials(String username, String password) {
		return new JmsOptions(this.address, username, password, this.virtualTopics, this.persistent,
				this.maxMessageSize, this.prefetch);
	}

	/**
	 * A copy with other virtual topics of ActiveMQ Classic.
	 * @param prefix what they begin with; empty for all
	 * @return the copy
	 */
	public JmsOptions withVirtualTopics(String prefix) {
		return new JmsOptions(this.address, this.username, this.password, prefix, this.persistent, this.maxMessageSize,
				this.prefetch);
	}

	/**
	 * A copy that has messages kept or not.
	 * @param persistent whether the server keeps them over its restart
	 * @return the copy
	 */
	public JmsOptions withPersistent(boolean persistent) {
		return new JmsOptions(this.address, this.username, this.password, this.virtualTopics, persistent,
				this.maxMessageSize, this.prefetch);
	}

	/**
	 * A copy with another limit of a message.
	 * @param maxMessageSize the largest body in bytes
	 * @return the copy
	 */
	public JmsOptions withMaxMessageSize(int maxMessageSize) {
		return new JmsOptions(this.address, this.username, this.password, this.virtualTopics, this.persistent,
				maxMessageSize, this.prefetch);
	}

	/**
	 * A copy with another number of messages at once.
	 * @param prefetch how many of a subscription may be there that are not dealt with
	 * @return the copy
	 */
	public JmsOptions withPrefetch(int prefetch) {
		return new JmsOptions(this.address, this.username, this.password, this.virtualTopics, this.persistent,
				this.maxMessageSize, prefetch);
	}

	@Override
	public String toString() {
		return "JmsOptions[address=" + this.address + ", username=" + this.username + ", virtualTopics="
				+ this.virtualTopics + ", persistent=" + this.persistent + ", maxMessageSize=" + this.maxMessageSize
				+ ", prefetch=" + this.prefetch + "]";
	}

}
