package io.microspring.autoconfigure.diagnostics;

import java.net.BindException;

import io.microspring.broker.BrokerException;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Names the address that could not be had, and the property it comes from.
 */
final class AddressInUseFailureAnalyzer extends AbstractFailureAnalyzer<TransportException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, TransportException cause) {
		if (!(cause.getCause() instanceof BindException)) {
			return null;
		}
		boolean ofTheBroker = findCause(rootFailure, BrokerException.class) != null;
		String property = ofTheBroker ? "micro.broker.address" : "micro.server.address";
		return new FailureAnalysis(
				"The address of the " + (ofTheBroker ? "broker" : "server") + " is not to be had: " + cause.getMessage()
						+ ".",
				"Stop what listens there, or set " + property
						+ " to another address, such as :0 for any free port or :9000-9010 for the first one of these.",
				cause);
	}

}
