package io.microspring.server;

import java.util.function.UnaryOperator;

/**
 * Wraps every subscriber: a function from the next step to a step; the first of a list is
 * the outermost. go-micro: {@code server.SubscriberWrapper}.
 */
@FunctionalInterface
public interface SubscriberInterceptor extends UnaryOperator<SubscriberFunction> {

}
