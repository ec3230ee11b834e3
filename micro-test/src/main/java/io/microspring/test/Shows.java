package io.microspring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a test shows of a broker when it succeeds, and when it is skipped, that the broker
 * cannot do it.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Shows {

	/** The column of the table. */
	BrokerFact value();

}
