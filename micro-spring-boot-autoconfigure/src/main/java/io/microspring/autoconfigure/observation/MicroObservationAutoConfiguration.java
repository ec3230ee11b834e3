package io.microspring.autoconfigure.observation;

import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Observes calls, publications and deliveries when there is an observation registry: the
 * meter registries and tracers of the application hang on that.
 */
@AutoConfiguration(
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnBooleanProperty(name = { "micro.enabled", "micro.observability.enabled" }, matchIfMissing = true)
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(ObservationRegistry.class)
public final class MicroObservationAutoConfiguration {

	/**
	 * Around the interceptors of the application, so that what they do is observed too.
	 */
	private static final int OUTERMOST = Integer.MIN_VALUE + 100;

	@Bean
	@Order(OUTERMOST)
	ObservedCalls microObservedCalls(ObservationRegistry registry, ObjectProvider<ClientCallConvention> convention) {
		return new ObservedCalls(registry, convention.getIfAvailable(() -> ClientCallConvention.DEFAULT));
	}

	@Bean
	@Order(OUTERMOST)
	ObservedHandlers microObservedHandlers(ObservationRegistry registry,
			ObjectProvider<ServerCallConvention> convention) {
		return new ObservedHandlers(registry, convention.getIfAvailable(() -> ServerCallConvention.DEFAULT));
	}

	@Bean
	@Order(OUTERMOST)
	ObservedPublications microObservedPublications(ObservationRegistry registry,
			ObjectProvider<PublicationConvention> convention) {
		return new ObservedPublications(registry, convention.getIfAvailable(() -> PublicationConvention.DEFAULT));
	}

	@Bean
	@Order(OUTERMOST)
	ObservedSubscribers microObservedSubscribers(ObservationRegistry registry,
			ObjectProvider<DeliveryConvention> convention) {
		return new ObservedSubscribers(registry, convention.getIfAvailable(() -> DeliveryConvention.DEFAULT));
	}

}
