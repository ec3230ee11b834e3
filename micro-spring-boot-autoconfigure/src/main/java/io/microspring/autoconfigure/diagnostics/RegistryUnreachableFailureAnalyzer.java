package io.microspring.autoconfigure.diagnostics;

import io.microspring.registry.RegistryException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which registry could not be reached, when the application insists on it.
 */
final class RegistryUnreachableFailureAnalyzer extends AbstractFailureAnalyzer<RegistryException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, RegistryException cause) {
		return new FailureAnalysis("The registry cannot be reached: " + cause.getMessage(),
				"Start it, correct micro.registry.address, or set micro.registry.fail-fast to false"
						+ " to start without it: it is then tried again and again.",
				cause);
	}

}
