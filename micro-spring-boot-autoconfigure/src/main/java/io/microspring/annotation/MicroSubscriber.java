package io.microspring.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

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
	 * Whether a message counts as dealt with when the method returns; else the method
	 * acknowledges it by the event of its {@code Delivery}.
	 * @return false to acknowledge by hand
	 */
	boolean autoAck() default true;

}
