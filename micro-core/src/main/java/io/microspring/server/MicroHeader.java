package io.microspring.server;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A parameter of a subscriber that is one header of the message: a {@code String}, an
 * enum constant by its name, a {@code boolean}, an {@code int}, {@code long} or
 * {@code double}, or what boxes these. go-micro: {@code metadata.FromContext}.
 * <p>
 * A message whose header is of another kind, or is not there, cannot be read: it goes to
 * the dead letter topic at once.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface MicroHeader {

	/**
	 * The name of the header, in any case.
	 * @return the name
	 */
	String value();

	/**
	 * Whether it has to be there.
	 * @return false for null where it is not
	 */
	boolean required() default true;

}
