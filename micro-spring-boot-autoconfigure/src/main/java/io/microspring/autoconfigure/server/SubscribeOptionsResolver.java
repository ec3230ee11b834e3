package io.microspring.autoconfigure.server;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.broker.BrokerProperties;
import io.microspring.broker.SubscribeOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * What the annotation of a subscriber asks for, and behind it the properties.
 */
final class SubscribeOptionsResolver {

	private final UnaryOperator<String> placeholders;

	private final BrokerProperties.Retry retry;

	SubscribeOptionsResolver(UnaryOperator<String> placeholders, BrokerProperties.Retry retry) {
		this.placeholders = placeholders;
		this.retry = retry;
	}

	SubscribeOptions resolve(Method method, MicroSubscriber annotation) {
		try {
			Integer concurrency = value("concurrency", annotation.concurrency(), Integer::valueOf);
			Integer attempts = value("attempts", annotation.attempts(), Integer::valueOf);
			Duration base = value("backoff", annotation.backoff(), DurationStyle::detectAndParse);
			return SubscribeOptions.defaults()
				.withQueue(this.placeholders.apply(annotation.queue()))
				.withAck(annotation.ack())
				.withConcurrency((concurrency != null) ? concurrency : 1)
				.withRetry(this.retry.toOptions(attempts, base))
				.withDeadLetter(this.placeholders.apply(annotation.deadLetter()));
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					"@MicroSubscriber of " + method.toGenericString() + ": " + ex.getMessage(), ex);
		}
	}

	private <T> @Nullable T value(String attribute, String text, Function<String, T> reading) {
		String resolved = this.placeholders.apply(text).trim();
		try {
			return resolved.isEmpty() ? null : reading.apply(resolved);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(attribute + " cannot be \"" + resolved + "\"", ex);
		}
	}

}
