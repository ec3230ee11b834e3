package io.microspring.autoconfigure.client;

import java.util.List;
import java.util.Locale;

import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/**
 * Gives the client what {@code micro.client.*} says by now, when Spring Cloud tells that
 * it has changed.
 */
final class ClientReconfiguration implements ApplicationListener<EnvironmentChangeEvent> {

	private static final Logger log = LoggerFactory.getLogger(ClientReconfiguration.class);

	private static final String PREFIX = "micro.client";

	/** Read at the start, and not again. */
	private static final String SELECTOR_PREFIX = "micro.selector";

	private final Client client;

	private final ClientOptionsFactory factory;

	private final Environment environment;

	/** What the client has as long as nobody else gives it anything. */
	private volatile @Nullable ClientOptions last;

	ClientReconfiguration(Client client, ClientOptionsFactory factory, Environment environment) {
		this.client = client;
		this.last = factory.initial();
		this.factory = factory;
		this.environment = environment;
	}

	@Override
	public void onApplicationEvent(EnvironmentChangeEvent event) {
		List<String> selector = keys(event, SELECTOR_PREFIX);
		if (!selector.isEmpty()) {
			log.warn("{} is read at the start only: {} changed without effect", SELECTOR_PREFIX, selector);
		}
		List<String> changed = keys(event, PREFIX);
		if (changed.isEmpty()) {
			return;
		}
		if (this.client.options() != this.last) {
			log.warn("{} has changed, but the client keeps the options that the application gave it", PREFIX);
			return;
		}
		try {
			ClientOptions options = this.factory.make(this.environment);
			this.client.reconfigure(options);
			this.last = options;
			log.info("The client goes by what {} says now: {} changed", PREFIX, changed);
		}
		catch (BindException | IllegalArgumentException | InvalidConfigurationPropertyValueException ex) {
			log.warn("{} has changed to what is not possible, and the client keeps its options: {}", PREFIX,
					reason(ex));
		}
	}

	private static String reason(Throwable failure) {
		Throwable last = failure;
		while (last.getCause() != null) {
			last = last.getCause();
		}
		return failure.getMessage() + ((last == failure) ? "" : ": " + last.getMessage());
	}

	/** Variables are written otherwise. */
	private static List<String> keys(EnvironmentChangeEvent event, String prefix) {
		return event.getKeys()
			.stream()
			.filter((key) -> key.toLowerCase(Locale.ROOT).replace('_', '.').startsWith(prefix))
			.sorted()
			.toList();
	}

}
