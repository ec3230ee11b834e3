package io.microspring.autoconfigure.client;

import java.util.function.UnaryOperator;

import io.microspring.client.ClientOptions;

/**
 * Changes what the properties make of a client's options, for what no property says:
 * filters, interceptors or a retry policy of one service. Asked at the start, and again
 * when properties have changed while the application runs.
 */
@FunctionalInterface
public interface MicroClientOptionsCustomizer extends UnaryOperator<ClientOptions> {

}
