package io.microspring.server;

import java.lang.reflect.Type;
import java.util.Map;

import io.microspring.concurrent.ExecutorMode;

/**
 * One endpoint of a handler. Immutable.
 * <p>
 * What its function throws: a {@code MicroException} travels as it is; a
 * {@link BusinessException} as a plain error text; anything else is a fault, answered
 * with a 500 that carries a reference into the log.
 *
 * @param name the method part of the endpoint's name: {@code Hello} of {@code Say.Hello}
 * @param requestType what it takes
 * @param responseType what it answers
 * @param kind whether it streams
 * @param executor which threads it runs on; AUTO is the server's choice
 * @param metadata its metadata in the registry
 * @param function what answers
 */
public record EndpointHandler(String name, Type requestType, Type responseType, Kind kind, ExecutorMode executor,
		Map<String, String> metadata, HandlerFunction function) {

	public EndpointHandler {
		metadata = Map.copyOf(metadata);
	}

	/** Whether and how an endpoint streams. */
	public enum Kind {

		/** One request, one answer. */
		UNARY,
		/** One request, many answers. */
		SERVER_STREAM,
		/** Many requests, and many answers or one. */
		BIDI

	}

	/**
	 * A checked or declared exception of a handler: no fault but an answer. It travels as
	 * go-micro's plain errors do.
	 */
	public static final class BusinessException extends Exception {

		private static final long serialVersionUID = 1L;

		/**
		 * Wraps what a handler declared to throw.
		 * @param cause the declared exception
		 */
		public BusinessException(Throwable cause) {
			super((cause.getMessage() == null || cause.getMessage().isBlank()) ? cause.getClass().getSimpleName()
					: cause.getMessage(), cause);
		}

		/**
		 * What the peer is told.
		 * @return the text
		 */
		public String text() {
			return String.valueOf(getMessage());
		}

	}

}
