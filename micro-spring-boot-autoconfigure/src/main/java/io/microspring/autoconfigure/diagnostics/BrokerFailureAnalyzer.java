package io.microspring.autoconfigure.diagnostics;

import java.net.BindException;
import java.util.Map;

import io.microspring.autoconfigure.broker.BrokerProperties;
import io.microspring.broker.BrokerException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Says what a broker cannot do, that it does not let the application in, or that it could
 * not be reached, and which property to look at.
 */
final class BrokerFailureAnalyzer extends AbstractFailureAnalyzer<BrokerException> {

	private static final String MAIN = "micro.broker";

	private final Environment environment;

	BrokerFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

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
		String prefix = prefix(String.valueOf(cause.getMessage()));
		if (cause.isDenied()) {
			return new FailureAnalysis("The broker does not let the application in: " + cause.getMessage() + ".",
					"Correct the credentials, or the rights that the broker gives them: those of micro.broker."
							+ this.environment.getProperty(prefix + ".type", "<type>")
							+ ".* or, where Spring Boot knows the broker, its own. The broker is the one of " + prefix
							+ ".",
					cause);
		}
		return new FailureAnalysis("The broker cannot be reached: " + cause.getMessage() + ".",
				"Start it, or correct " + prefix + ".address.", cause);
	}

	/**
	 * The properties of the broker that a message is about: it tells kind and address.
	 */
	private String prefix(String message) {
		String main = this.environment.getProperty(MAIN + ".type", "http");
		return Binder.get(this.environment)
			.bind(MAIN + ".named", Bindable.mapOf(String.class, BrokerProperties.Named.class))
			.orElse(Map.of())
			.entrySet()
			.stream()
			.filter((named) -> isMeant(named.getValue(), main, message))
			.findFirst()
			.map((named) -> MAIN + ".named." + named.getKey())
			.orElse(MAIN);
	}

	private static boolean isMeant(BrokerProperties.Named named, String main, String message) {
		boolean kind = message.contains(named.type() + " at ");
		boolean place = !named.address().isEmpty() && message.contains(named.address());
		return kind && (place || !named.type().equals(main));
	}

}
