package io.microspring.autoconfigure.diagnostics;

import io.microspring.service.InvalidFlagException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Names the flag or variable of go-micro that makes no sense.
 */
final class InvalidFlagFailureAnalyzer extends AbstractFailureAnalyzer<InvalidFlagException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidFlagException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", "Correct it, or use the property of Spring instead.",
				cause);
	}

}
