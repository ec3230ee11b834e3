package io.microspring.test;

/**
 * What the tests of {@link BrokerContract} show of a broker: a column of the table in
 * {@code docs/broker-features.md}.
 */
public enum BrokerFact {

	/** Every subscriber gets a copy. */
	COPIES("copies"),

	/** Members of a queue share its messages. */
	QUEUES("queues"),

	/** A queue keeps its messages while no member is there. */
	DURABLE_QUEUES("durable queues"),

	/** The messages of one publisher arrive in order. */
	ORDER("order"),

	/** Headers and body arrive as they were: any codec. */
	ANY_CODEC("any codec"),

	/** Any text is a topic. */
	ANY_TOPIC("any topic"),

	/** A message that its handler fails on is tried again. */
	RETRY("retry"),

	/** After the last attempt it goes to another topic. */
	DEAD_LETTER("dead letter"),

	/** Several messages are handled at once. */
	CONCURRENCY("concurrency"),

	/** Messages are acknowledged by hand. */
	MANUAL_ACK("manual ack"),

	/** What a member did not acknowledge goes to another. */
	REDELIVERY("redelivery"),

	/** A process that is killed loses nothing. */
	AT_LEAST_ONCE("survives `kill -9`"),

	/** Subscriptions go on after a restart of the server. */
	RESTART("server restart"),

	/** How many messages wait is known. */
	LAG("lag");

	private final String title;

	BrokerFact(String title) {
		this.title = title;
	}

	/**
	 * The head of its column.
	 * @return the text
	 */
	public String title() {
		return this.title;
	}

}
