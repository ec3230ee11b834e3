package io.microspring.autoconfigure.diagnostics;

import io.microspring.server.DuplicateHandlerException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Names the handlers that are in each other's way.
 */
final class DuplicateHandlerFailureAnalyzer extends AbstractFailureAnalyzer<DuplicateHandlerException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, DuplicateHandlerException cause) {
		return new FailureAnalysis(
				"Two handlers are called " + cause.name() + ", so nobody could tell their endpoints apart.",
				"Give one of them another name, such as @MicroHandler(name = \"Other\"), or remove it.", cause);
	}

}
