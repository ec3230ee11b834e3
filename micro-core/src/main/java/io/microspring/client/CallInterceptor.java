package io.microspring.client;

import java.util.function.UnaryOperator;

/**
 * Wraps every call and every opening of a stream: a function from the next step to a
 * step. Runs once per call, around all its attempts; the first of a list is the
 * outermost. go-micro: {@code client.Wrapper}.
 */
@FunctionalInterface
public interface CallInterceptor extends UnaryOperator<CallFunction> {

}
