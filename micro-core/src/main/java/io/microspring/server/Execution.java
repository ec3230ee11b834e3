package io.microspring.server;

import java.lang.reflect.Type;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import io.microspring.call.CallContext;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.server.EndpointHandler.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Has handlers answer calls: the thread, the context, the request, and what becomes of
 * the result or the exception. The same for every protocol.
 */
final class Execution {

	private final RpcServer server;

	Execution(RpcServer server) {
		this.server = server;
	}

	/**
	 * Has the handler of a call answer it.
	 * @param call the call
	 * @param codec the codec of request and answer
	 * @param message the request, of a call that does not stream
	 */
	void start(ServerCall call, Codec codec, Message message) {
		Executor executor = call.route.executor();
		if (executor == null) {
			handle(call, codec, message);
			return;
		}
		try {
			executor.execute(() -> handle(call, codec, message));
		}
		catch (RejectedExecutionException ex) {
			fail(call, MicroException.of(this.server.name(), 503, "too busy: " + ex.getMessage()));
		}
		catch (RuntimeException | Error ex) {
			// Such as no memory for another thread: the caller hears of it.
			fail(call, ex);
		}
	}

	/** Runs on the handler's thread. */
	private void handle(ServerCall call, Codec codec, Message message) {
		CallContext context = new CallContext(call.deadline(), call.propagated(), call.remote());
		try (CallContext.Scope scope = context.open()) {
			if (call.isAnswered()) {
				// The deadline passed while it waited for a thread.
				return;
			}
			ServerStream stream = call.openStream();
			if (stream == null) {
				call.request(required(call, call.dialect.read(message).body(requestType(call))));
			}
			else if (call.route.handler().kind() == Kind.SERVER_STREAM && requestType(call) != Void.class) {
				call.request(required(call, stream.receive()));
			}
			Object result = call.route.function().handle(call);
			if (result instanceof CompletionStage<?> stage) {
				stage.whenComplete((value, failure) -> {
					if (failure == null) {
						succeed(call, codec, value);
					}
					else {
						fail(call, failure);
					}
				});
			}
			else {
				succeed(call, codec, result);
			}
		}
		catch (Throwable ex) {
			fail(call, ex);
		}
	}

	private static Type requestType(ServerCall call) {
		return call.route.handler().requestType();
	}

	private @Nullable Object required(ServerCall call, @Nullable Object body) {
		if (body == null && requestType(call) != Void.class) {
			throw MicroException.badRequest(this.server.name(),
					call.endpoint() + " takes a " + requestType(call).getTypeName() + ", and the body is empty");
		}
		return body;
	}

	private void succeed(ServerCall call, Codec codec, @Nullable Object result) {
		try {
			if (call.openStream() != null) {
				call.answer(call.dialect.end(), false);
				return;
			}
			Message body = call.dialect.encode(codec, result);
			if (body.body().length > this.server.maxMessageSize()) {
				throw MicroException.internalServerError(this.server.name(), call.endpoint() + " answers "
						+ body.body().length + " bytes, over the limit of " + this.server.maxMessageSize());
			}
			call.answer(call.dialect.success(body, call.responseHeaders()), false);
		}
		catch (Throwable ex) {
			fail(call, ex);
		}
	}

	private void fail(ServerCall call, Throwable failure) {
		call.answer(call.dialect.failure(this.server.faults.toError(failure, call)), true);
	}

}
