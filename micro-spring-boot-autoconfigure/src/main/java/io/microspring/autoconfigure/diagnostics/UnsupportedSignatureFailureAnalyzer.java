package io.microspring.autoconfigure.diagnostics;

import io.microspring.call.UnsupportedSignatureException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Names the method that cannot be called, and lists the signatures that can.
 */
final class UnsupportedSignatureFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedSignatureException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedSignatureException cause) {
		return new FailureAnalysis(
				"A method has a signature that is not supported: " + cause.method().toGenericString(),
				"Change it; a method of a handler can also be hidden by @MicroEndpoint(exposed = false).\n\n"
						+ cause.getMessage(),
				cause);
	}

}
