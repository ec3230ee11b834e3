package io.microspring.plugins.broker.jms;

import io.microspring.broker.BrokerException;

/**
 * Where the messages of a topic are, by the words of STOMP: {@code /queue/a} is the queue
 * a, {@code /topic/a} and {@code a} are the topic a.
 *
 * @param name its name at the server
 * @param isQueue whether it is a queue, which exists once, rather than a topic
 */
record JmsDestination(String name, boolean isQueue) {

	/** What means several destinations, or options of one, to either server. */
	private static final String SPECIAL = "*#>?,";

	/**
	 * Reads the name of a topic.
	 * @throws BrokerException when the servers would take it for something else
	 */
	static JmsDestination of(String topic) {
		boolean queue = topic.startsWith("/queue/");
		String name = (queue || topic.startsWith("/topic/")) ? topic.substring("/queue/".length()) : topic;
		if (name.isEmpty() || name.contains("::") || name.chars().anyMatch((c) -> SPECIAL.indexOf(c) >= 0)) {
			throw BrokerException.refused(
					"JMS has no topic '" + topic + "': a name is not empty and has none of " + SPECIAL + " and ::",
					null);
		}
		return new JmsDestination(name, queue);
	}

}
