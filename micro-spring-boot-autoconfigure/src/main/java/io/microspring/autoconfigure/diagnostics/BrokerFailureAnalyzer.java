package io.microspring.autoconfigure.diagnostics;

import java.net.BindException;

import io.microspring.broker.BrokerException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what a broker cannot do, or that it could not be reached.
 */
final class BrokerFailureAnalyzer extends AbstractFailureAnalyzer<BrokerException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BrokerException cause) {
		if (findCause(rootFailure, BindException.class) != null) {
			return null;
		}
		if (cause.isRefused()) {
			return new FailureAnalysis("The broker cannot do what a subscriber asks for: " + cause.getMessage() + ".",
					"Ask for less by the attributes of @MicroSubscriber, or choose a broker that can by"
							+ " micro.broker.type: docs/broker-features.md says which do.",
					cause);
		}
		return new FailureAnalysis("The broker cannot be reached: " + cause.getMessage() + ".",
				"Start it, or correct micro.broker.address.", cause);
	}

}
