package io.microspring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a test shows of a broker when it succeeds: that it can do it, or, when the test
 * has asked {@link BrokerFixture#lacks} or {@link BrokerFixture#cannot} and they said so,
 * that it cannot.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Shows {

	/** The column of the table. */
	BrokerFact value();

}
