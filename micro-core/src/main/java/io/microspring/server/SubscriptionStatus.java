package io.microspring.server;

import io.microspring.broker.AckMode;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription of a server is.
 *
 * @param name the subscriber's name, such as {@code Greeter.OnEvent}
 * @param broker the name of the broker it receives from
 * @param topic its topic
 * @param queue its queue; empty when it gets a copy of each message
 * @param ack when the broker is told that a message is dealt with
 * @param concurrency how many messages it is given at once
 * @param attempts how often a message is handed to it when it fails
 * @param deadLetter where messages go that it cannot handle; empty when they are dropped
 * @param lag how many messages wait for it or for its queue, those being handled
 * included; null where the broker does not know it
 */
public record SubscriptionStatus(String name, String broker, String topic, String queue, AckMode ack, int concurrency,
		int attempts, String deadLetter, @Nullable Long lag) {
}
