package io.microspring.client;

import java.lang.reflect.Type;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * Makes a call; what interceptors are wrapped around. go-micro: {@code client.CallFunc}.
 */
@FunctionalInterface
public interface CallFunction {

	/**
	 * Makes the call.
	 * @param call what to call and how
	 * @return the answer: an object of the call's type, or an open
	 * {@link io.microspring.call.Stream}; fails with a
	 * {@link io.microspring.errors.MicroException}
	 */
	CompletableFuture<@Nullable Object> call(Outgoing call);

	/**
	 * A call about to be made. Immutable.
	 *
	 * @param request what to call, and with what
	 * @param type the type of the answer, or of each message of a stream
	 * @param options how to call: what the call, its endpoint, its service and the client
	 * say of it, put together. What an interceptor changes of them counts; options of its
	 * own are put together again. They are of this call, and not to be used for another
	 * @param stream whether a stream is to be opened
	 */
	record Outgoing(Request request, Type type, CallOptions options, boolean stream) {

		/**
		 * A copy with other options.
		 * @param options the options
		 * @return the copy
		 */
		public Outgoing withOptions(CallOptions options) {
			return new Outgoing(this.request, this.type, options, this.stream);
		}

	}

}
