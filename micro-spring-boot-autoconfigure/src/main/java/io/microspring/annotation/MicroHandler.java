package io.microspring.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.microspring.concurrent.ExecutorMode;
import org.springframework.stereotype.Component;

/**
 * A bean whose public methods are endpoints: method {@code hello} of class {@code Say} is
 * the endpoint {@code Say.Hello}; {@link io.microspring.call.MicroEndpoint} refines or
 * hides one of them.
 * <p>
 * On an interface, only the interface's methods are endpoints, and the handler is called
 * as the interface is. go-micro: {@code micro.RegisterHandler}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Component
public @interface MicroHandler {

	/**
	 * The handler's name, without a dot; placeholders are resolved. Empty: the simple
	 * name of the class or interface.
	 * @return the name
	 */
	String name() default "";

	/**
	 * Which threads its endpoints run on, unless an endpoint says otherwise.
	 * @return the threads; AUTO is the server's own choice
	 */
	ExecutorMode executor() default ExecutorMode.AUTO;

}
