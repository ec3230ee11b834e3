package io.microspring.autoconfigure.diagnostics;

import io.microspring.service.UnknownPluginException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Lists what could have been chosen.
 */
final class UnknownPluginFailureAnalyzer extends AbstractFailureAnalyzer<UnknownPluginException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownPluginException cause) {
		String concept = cause.concept().word();
		return new FailureAnalysis("There is no " + concept + " \"" + cause.name() + "\".",
				"Set micro." + concept + ".type to one of these: " + String.join(", ", cause.known())
						+ ". A bean of type Plugin adds another.",
				cause);
	}

}
