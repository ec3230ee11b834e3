package io.microspring.server;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import io.microspring.errors.MicroException;
import io.microspring.server.EndpointHandler.BusinessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a caller is told of an exception: a {@link MicroException} as it is, a declared
 * exception as a plain text, and of any other only a reference into the log.
 */
final class Faults {

	private static final Logger log = LoggerFactory.getLogger(Server.class);

	private final String service;

	private final boolean includeMessage;

	private final List<MicroExceptionHandler> mappings;

	Faults(String service, boolean includeMessage, List<MicroExceptionHandler> mappings) {
		this.service = service;
		this.includeMessage = includeMessage;
		this.mappings = List.copyOf(mappings);
	}

	MicroException toError(Throwable thrown, Call call) {
		Throwable failure = unwrap(thrown);
		if (failure instanceof MicroException error) {
			return error;
		}
		Throwable own = (failure instanceof BusinessException && failure.getCause() != null) ? failure.getCause()
				: failure;
		for (MicroExceptionHandler mapping : this.mappings) {
			try {
				MicroException error = mapping.map(own, call);
				if (error != null) {
					return error;
				}
			}
			catch (RuntimeException ex) {
				log.error("The exception handler {} failed itself", mapping, ex);
			}
		}
		if (own instanceof TimeoutException && call.deadline().isExpired()) {
			// what a Go handler that heeds its deadline returns, and gRPC has a status
			// for
			return MicroException.plain(408, ServerCall.DEADLINE_EXCEEDED);
		}
		if (failure instanceof BusinessException business) {
			// Go's context.DeadlineExceeded has a status of its own in gRPC.
			return MicroException.plain((business.getCause() instanceof TimeoutException) ? 408 : 500, business.text());
		}
		return MicroException.internalServerError(this.service, fault(call.endpoint(), failure));
	}

	/** What may be told of a subscriber's exception. */
	String text(Throwable thrown, String subscriber) {
		Throwable failure = unwrap(thrown);
		if (failure instanceof MicroException error) {
			return error.toText();
		}
		if (failure instanceof BusinessException business) {
			return business.text();
		}
		return fault(subscriber, failure);
	}

	private String fault(String what, Throwable failure) {
		String reference = UUID.randomUUID().toString().substring(0, 8);
		log.error("{} failed, reference {}", what, reference, failure);
		String told = "internal error, reference " + reference + " in the log of " + this.service;
		return this.includeMessage ? failure + "; " + told : told;
	}

	private static Throwable unwrap(Throwable thrown) {
		Throwable failure = thrown;
		while ((failure instanceof CompletionException || failure instanceof ExecutionException)
				&& failure.getCause() != null) {
			failure = failure.getCause();
		}
		return failure;
	}

}
