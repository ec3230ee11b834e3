package io.microspring.call;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.microspring.concurrent.ExecutorMode;

/**
 * Refines or hides one method of a handler, or says on a client's interface what a method
 * calls.
 * <p>
 * Without it, method {@code hello} of handler {@code Say} is the endpoint
 * {@code Say.Hello}. On a client's interface itself it names the handler that all methods
 * are of, and how to call them: {@code @MicroEndpoint(name = "helloworld.Greeter")} is a
 * service of gRPC, whoever serves it. There, only the name, the time-out and whether the
 * methods are idempotent are read.
 */
@Documented
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
public @interface MicroEndpoint {

	/**
	 * The endpoint's name: {@code Hello}, or on a client's interface that calls several
	 * handlers {@code Say.Hello} or, as gRPC writes it,
	 * {@code /helloworld.Greeter/SayHello}. Empty: the method's name with a capital first
	 * letter.
	 * @return the name
	 */
	String name() default "";

	/**
	 * Whether the method is an endpoint at all.
	 * @return false to keep it to yourself
	 */
	boolean exposed() default true;

	/**
	 * Whether calling it twice does no harm, so that a client may try again on another
	 * node after a failure in which the first call may have been executed.
	 * @return true when it does no harm
	 */
	boolean idempotent() default false;

	/**
	 * How long a call may take, as a duration such as {@code 500ms}, {@code 5s} or
	 * {@code PT5S}; empty: the default of the client. Read on client interfaces.
	 * @return the time-out
	 */
	String timeout() default "";

	/**
	 * Which threads the method runs on. {@link ExecutorMode#DIRECT} promises that it
	 * never blocks.
	 * @return the threads; AUTO is the server's own choice
	 */
	ExecutorMode executor() default ExecutorMode.AUTO;

	/**
	 * Metadata of the endpoint in the registry, as {@code key=value}.
	 * @return the entries
	 */
	String[] metadata() default {};

}
