package io.microspring.server;

import org.jspecify.annotations.Nullable;

/**
 * Answers a call; what interceptors are wrapped around. go-micro:
 * {@code server.HandlerFunc}.
 */
@FunctionalInterface
public interface HandlerFunction {

	/**
	 * Answers the call.
	 * @param call the call
	 * @return the answer, or a {@link java.util.concurrent.CompletionStage} of it; null
	 * for an endpoint that streams, and for an empty answer
	 * @throws Exception a {@link io.microspring.errors.MicroException} travels to the
	 * caller as it is; anything else as {@link EndpointHandler} says
	 */
	@Nullable Object handle(Call call) throws Exception;

}
