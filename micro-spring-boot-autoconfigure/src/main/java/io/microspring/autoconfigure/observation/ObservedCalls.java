package io.microspring.autoconfigure.observation;

import java.util.concurrent.CompletableFuture;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.microspring.call.Stream;
import io.microspring.client.CallFunction;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.client.CallInterceptor;
import io.microspring.concurrent.Stages;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Observes the calls that are made, and sends the trace along.
 */
final class ObservedCalls implements CallInterceptor {

	private final ObservationRegistry registry;

	private final ClientCallConvention convention;

	ObservedCalls(ObservationRegistry registry, ClientCallConvention convention) {
		this.registry = registry;
		this.convention = convention;
	}

	@Override
	public CallFunction apply(CallFunction next) {
		return (call) -> this.registry.isNoop() ? next.call(call) : observe(call, next);
	}

	private CompletableFuture<@Nullable Object> observe(Outgoing call, CallFunction next) {
		ClientCallContext context = new ClientCallContext(call);
		Observation observation = Observation
			.createNotStarted(this.convention, ClientCallConvention.DEFAULT, () -> context, this.registry)
			.start();
		Outgoing traced = traced(call, context);
		CompletableFuture<@Nullable Object> answer;
		try {
			answer = next.call(traced);
		}
		catch (RuntimeException ex) {
			observation.error(ex);
			observation.stop();
			throw ex;
		}
		return call.stream()
				? answer.<@Nullable Object>handle((stream, failure) -> opened(observation, context, stream, failure))
				: ended(observation, context, answer);
	}

	/** Without a tracer there is nothing to send along. */
	private static Outgoing traced(Outgoing call, ClientCallContext context) {
		Metadata headers = context.headers();
		return headers.isEmpty() ? call : call.withOptions(call.options().withMetadata(headers));
	}

	/** The very future of the call, so that cancelling it still gives the call up. */
	private static CompletableFuture<@Nullable Object> ended(Observation observation, ClientCallContext context,
			CompletableFuture<@Nullable Object> answer) {
		answer.whenComplete((result, failure) -> {
			if (failure != null) {
				observation.error(Stages.cause(failure));
			}
			else {
				if (result != null) {
					context.setResponse(result);
				}
				Outcomes.success(context);
			}
			observation.stop();
		});
		return answer;
	}

	@SuppressWarnings("unchecked")
	private static @Nullable Object opened(Observation observation, ClientCallContext context, @Nullable Object stream,
			@Nullable Throwable failure) {
		if (stream instanceof Stream<?, ?> open) {
			return new ObservedStream((Stream<Object, Object>) open, observation, context);
		}
		Throwable cause = (failure != null) ? Stages.cause(failure) : new IllegalStateException("No stream was opened");
		observation.error(cause);
		observation.stop();
		if (cause instanceof RuntimeException runtime) {
			throw runtime;
		}
		throw new IllegalStateException(cause);
	}

}
