package io.microspring.client;

import java.util.function.UnaryOperator;

/**
 * Wraps every publication: a function from the next step to a step; the first of a list
 * is the outermost. go-micro: {@code client.Wrapper}.
 */
@FunctionalInterface
public interface PublishInterceptor extends UnaryOperator<PublishFunction> {

}
