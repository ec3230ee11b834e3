package io.microspring.autoconfigure.observation;

import java.util.concurrent.CompletionStage;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.microspring.concurrent.Stages;
import io.microspring.errors.MicroException;
import io.microspring.server.Call;
import io.microspring.server.HandlerFunction;
import io.microspring.server.HandlerInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * Observes the calls that are served, and continues their traces.
 */
final class ObservedHandlers implements HandlerInterceptor {

	private final ObservationRegistry registry;

	private final ServerCallConvention convention;

	ObservedHandlers(ObservationRegistry registry, ServerCallConvention convention) {
		this.registry = registry;
		this.convention = convention;
	}

	@Override
	public HandlerFunction apply(HandlerFunction next) {
		return (call) -> this.registry.isNoop() ? next.handle(call) : observe(call, next);
	}

	private @Nullable Object observe(Call call, HandlerFunction next) throws Exception {
		ServerCallContext context = new ServerCallContext(call);
		Observation observation = Observation
			.createNotStarted(this.convention, ServerCallConvention.DEFAULT, () -> context, this.registry)
			.start();
		Object result;
		try (Observation.Scope scope = observation.openScope()) {
			result = next.handle(call);
		}
		catch (Exception | Error ex) {
			observation.error(ex);
			observation.stop();
			throw ex;
		}
		if (result instanceof CompletionStage<?> stage) {
			return stage.whenComplete((value, failure) -> end(observation, context, value, failure));
		}
		end(observation, context, result, null);
		return result;
	}

	private static void end(Observation observation, ServerCallContext context, @Nullable Object value,
			@Nullable Throwable failure) {
		if (failure != null) {
			observation.error(Stages.cause(failure));
		}
		else if (context.call().deadline().isExpired()) {
			// The caller was answered so, whatever the handler still came to.
			observation.error(MicroException.timeout(context.call().service(), "context deadline exceeded"));
		}
		else {
			if (value != null) {
				context.setResponse(value);
			}
			Outcomes.success(context);
		}
		observation.stop();
	}

}
