package io.microspring.autoconfigure.validation;

import java.util.Set;
import java.util.stream.Collectors;

import com.google.protobuf.MessageLite;
import io.microspring.errors.MicroException;
import io.microspring.server.Call;
import io.microspring.server.HandlerFunction;
import io.microspring.server.HandlerInterceptor;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;

/**
 * Refuses a request that breaks its constraints with a 400 that names the fields.
 * Protobuf messages carry no constraints, and streams have no one request: they pass.
 */
final class ValidatedHandlers implements HandlerInterceptor {

	/** How many broken constraints a caller is told of. */
	private static final int MOST = 20;

	private final Validator validator;

	ValidatedHandlers(Validator validator) {
		this.validator = validator;
	}

	@Override
	public HandlerFunction apply(HandlerFunction next) {
		return (call) -> {
			validate(call);
			return next.handle(call);
		};
	}

	private void validate(Call call) {
		Object request = call.request();
		if (request == null || request instanceof MessageLite || request instanceof byte[]) {
			return;
		}
		Set<ConstraintViolation<Object>> violations = this.validator.validate(request);
		if (!violations.isEmpty()) {
			throw MicroException.badRequest(call.service(), describe(violations));
		}
	}

	private static String describe(Set<ConstraintViolation<Object>> violations) {
		String described = violations.stream()
			.map((violation) -> describe(violation))
			.sorted()
			.limit(MOST)
			.collect(Collectors.joining("; "));
		return (violations.size() > MOST) ? described + "; and " + (violations.size() - MOST) + " more" : described;
	}

	private static String describe(ConstraintViolation<?> violation) {
		String path = violation.getPropertyPath().toString();
		return path.isEmpty() ? violation.getMessage() : path + ": " + violation.getMessage();
	}

}
