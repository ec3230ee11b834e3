package io.microspring.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.microspring.broker.AckMode;

/**
 * A method of any bean that receives the messages of a topic: {@code void m(T)},
 * {@code void m(T, Delivery)} or {@code void m(Message)}. go-micro:
 * {@code micro.RegisterSubscriber}.
 */
@Documented
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface MicroSubscriber {

	/**
	 * The topic; placeholders are resolved.
	 * @return the topic
	 */
	String topic();

	/**
	 * Subscribers of one queue share its messages; placeholders are resolved. Empty: this
	 * subscriber gets a copy of each.
	 * @return the queue
	 */
	String queue() default "";

	/**
	 * When the broker is told that a message is dealt with. By hand, it is done by the
	 * event of the method's {@code Delivery}.
	 * @return once the method has returned, by default
	 */
	AckMode ack() default AckMode.AUTO;

	/**
	 * How many messages the method is given at once; with more than one, they are in no
	 * order.
	 * @return a number from 1 to 10,000
	 */
	int concurrency() default 1;

	/**
	 * How often a message is handed to the method in all, when it throws.
	 * @return 3 by default, 1 for no further attempt
	 */
	int attempts() default 3;

	/**
	 * The topic of messages that the method has failed on for the last time, or that
	 * cannot be read; placeholders are resolved. Empty: they are logged and dropped.
	 * @return the topic
	 */
	String deadLetter() default "";

}
