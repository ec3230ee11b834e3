package io.microspring.broker;

/**
 * When the broker is told that a message is dealt with.
 */
public enum AckMode {

	/**
	 * Once its handler has returned, or the message has gone to the dead letter topic:
	 * what was under way when the process died comes again, where the broker can.
	 * go-micro: {@code AutoAck(true)}.
	 */
	AUTO,

	/**
	 * Once the handler, or whoever it hands the event to, calls {@link Event#ack()}. For
	 * brokers with {@link BrokerFeature#REDELIVERY}; others refuse. go-micro:
	 * {@code AutoAck(false)}.
	 */
	MANUAL,

	/**
	 * As soon as it is there, before its handler is called: what was under way when the
	 * process died is lost.
	 */
	NONE

}
