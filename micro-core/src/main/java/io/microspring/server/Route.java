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
 * @param internal whether it is the server's own, and no call of the service
 */
record Route(String endpoint, EndpointHandler handler, HandlerFunction function, @Nullable Executor executor,
		boolean internal) {

	boolean streams() {
		return this.handler.kind() != Kind.UNARY;
	}

}
