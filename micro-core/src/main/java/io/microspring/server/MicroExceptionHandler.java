package io.microspring.server;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * Maps exceptions of handlers to errors that their callers see.
 */
@FunctionalInterface
public interface MicroExceptionHandler {

	/**
	 * Maps an exception.
	 * @param exception what a handler threw, other than a {@link MicroException}
	 * @param call the call that was being handled
	 * @return the error for the caller, or null to leave it to others
	 */
	@Nullable MicroException map(Throwable exception, Call call);

}
