package io.microspring.server;

import java.util.concurrent.Executor;

import io.microspring.server.EndpointHandler.Kind;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint made ready for calls: interceptors applied, executor chosen.
 *
 * @param endpoint its whole name, {@code Say.Hello}
 * @param handler what it takes, answers and does
 * @param function the handler's function inside its interceptors
 * @param executor where it runs; null for the transport's own thread
 */
record Route(String endpoint, EndpointHandler handler, HandlerFunction function, @Nullable Executor executor) {

	boolean streams() {
		return this.handler.kind() != Kind.UNARY;
	}

}
