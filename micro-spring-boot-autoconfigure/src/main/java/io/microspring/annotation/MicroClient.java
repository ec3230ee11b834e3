package io.microspring.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * An interface that calls a service. Interfaces in the packages of the application are
 * found and can be injected; for one elsewhere, declare a bean made by
 * {@link io.microspring.client.Client#proxy}.
 * <p>
 * Method {@code hello} of {@code Say}, {@code SayClient} or {@code SayService} calls
 * {@code Say.Hello}; {@link io.microspring.call.MicroEndpoint} says otherwise. go-micro:
 * the clients that its protoc plugin generates.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface MicroClient {

	/**
	 * The name of the service; placeholders are resolved.
	 * @return the name
	 */
	@AliasFor("service")
	String value() default "";

	/**
	 * The name of the service; placeholders are resolved.
	 * @return the name
	 */
	@AliasFor("value")
	String service() default "";

	/**
	 * Where the service is, when it is in no registry; placeholders are resolved. Empty:
	 * where the registry says.
	 * @return {@code host:port}, or nothing
	 */
	String address() default "";

	/**
	 * What the service is spoken to in, whatever its nodes say: {@code mucp} or
	 * {@code grpc}. Empty: as the client does otherwise.
	 * @return the protocol, or nothing
	 */
	String protocol() default "";

}
