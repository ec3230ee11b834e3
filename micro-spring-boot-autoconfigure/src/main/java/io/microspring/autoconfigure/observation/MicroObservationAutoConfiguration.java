package io.microspring.autoconfigure.observation;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler.IgnoredMeters;
import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.microspring.client.Client;
import io.microspring.server.Server;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsProperties;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationHandlerGroup;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Observes calls, publications and deliveries when there is an observation registry: the
 * meter registries and tracers of the application hang on that.
 */
@AutoConfiguration(
		afterName = { "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration" })
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

	/**
	 * Meters of calls, where Boot's own handler is what makes meters: an application that
	 * has another keeps it for calls too.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ MeterObservationHandler.class, MetricsProperties.class })
	@ConditionalOnBean({ DefaultMeterObservationHandler.class, MetricsProperties.class, ObservationHandlerGroup.class })
	@ConditionalOnSingleCandidate(MeterObservationHandler.class)
	static class MeterConfiguration {

		/** Before Boot's, as the first that supports a context is the only one asked. */
		private static final int BEFORE_DEFAULT = Ordered.LOWEST_PRECEDENCE - 1;

		@Bean
		@Order(BEFORE_DEFAULT)
		CallMeters microCallMeters(ObjectProvider<MeterRegistry> registry, Clock clock, MetricsProperties properties) {
			boolean activeToo = !properties.getObservations()
				.getIgnoredMeters()
				.contains(IgnoredMeters.LONG_TASK_TIMER);
			return new CallMeters(registry.getIfAvailable(() -> new CompositeMeterRegistry(clock)), activeToo);
		}

	}

	/** Meters of the attempts that calls take, and of the messages that wait. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ MeterBinder.class, MeterObservationHandler.class })
	static class ClientMeterConfiguration {

		@Bean
		SubscriptionMeters microSubscriptionMeters(ObjectProvider<Server> server,
				ObjectProvider<MeterRegistry> registry) {
			return new SubscriptionMeters(server, registry);
		}

		@Bean
		ClientMeters microClientMeters(ObjectProvider<Client> client) {
			return new ClientMeters(client);
		}

	}

}
