package io.microspring.server;

import java.util.function.UnaryOperator;

/**
 * Wraps every handler: a function from the next step to a step; the first of a list is
 * the outermost. It is applied once to each endpoint, not to each call. go-micro:
 * {@code server.HandlerWrapper}.
 */
@FunctionalInterface
public interface HandlerInterceptor extends UnaryOperator<HandlerFunction> {

}
