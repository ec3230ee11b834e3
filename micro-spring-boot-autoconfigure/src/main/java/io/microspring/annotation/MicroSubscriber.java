package io.microspring.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.microspring.broker.AckMode;

/**
 * A method of any bean that receives the messages of a topic. It takes, in any order, the
 * payload of any type, the {@code Message}, its headers as {@code Metadata}, single ones
 * by {@code MicroHeader}, and the {@code Event} or {@code Delivery}; at least one of
 * them. Placeholders are resolved in all texts. go-micro:
 * {@code micro.RegisterSubscriber}.
 */
@Documented
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface MicroSubscriber {

	/**
	 * The topic.
	 * @return the topic
	 */
	String topic();

	/**
	 * Subscribers of one queue share its messages. Empty: this subscriber gets a copy of
	 * each.
	 * @return the queue
	 */
	String queue() default "";

	/**
	 * What brings the messages: the name of a {@code Broker} bean, such as one of
	 * {@code micro.broker.named}. Empty: the application's broker.
	 * @return the name of the bean
	 */
	String broker() default "";

	/**
	 * When the broker is told that a message is dealt with. By hand, the method takes an
	 * {@code Event} or {@code Delivery} and does so by it: no text, as the method has to
	 * agree with it.
	 * @return once the method has returned, by default
	 */
	AckMode ack() default AckMode.AUTO;

	/**
	 * How many messages the method is given at once; with more than one, only messages of
	 * one key, the header {@code Micro-Key}, are in order.
	 * @return a number from 1 to 10,000; empty: 1
	 */
	String concurrency() default "";

	/**
	 * How often a message is handed to the method in all, when it throws.
	 * @return a number, 1 for no further attempt; empty:
	 * {@code micro.broker.retry.attempts}
	 */
	String attempts() default "";

	/**
	 * How long before the second attempt, such as {@code 500ms}; before later ones,
	 * longer as {@code micro.broker.retry.backoff} says.
	 * @return the time; empty: all as that says
	 */
	String backoff() default "";

	/**
	 * The topic of messages that the method has failed on for the last time, or that
	 * cannot be read. Empty: they are logged and dropped.
	 * @return the topic
	 */
	String deadLetter() default "";

}
