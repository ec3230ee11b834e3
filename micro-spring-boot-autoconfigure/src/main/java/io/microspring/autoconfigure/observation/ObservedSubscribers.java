package io.microspring.autoconfigure.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.microspring.server.SubscriberFunction;
import io.microspring.server.SubscriberFunction.Delivery;
import io.microspring.server.SubscriberInterceptor;

/**
 * Observes the handling of messages, and continues their traces.
 */
final class ObservedSubscribers implements SubscriberInterceptor {

	private final ObservationRegistry registry;

	private final DeliveryConvention convention;

	ObservedSubscribers(ObservationRegistry registry, DeliveryConvention convention) {
		this.registry = registry;
		this.convention = convention;
	}

	@Override
	public SubscriberFunction apply(SubscriberFunction next) {
		return (delivery) -> {
			if (this.registry.isNoop()) {
				next.handle(delivery);
			}
			else {
				observe(delivery, next);
			}
		};
	}

	private void observe(Delivery delivery, SubscriberFunction next) throws Exception {
		DeliveryContext context = new DeliveryContext(delivery);
		Observation observation = Observation
			.createNotStarted(this.convention, DeliveryConvention.DEFAULT, () -> context, this.registry)
			.start();
		try (Observation.Scope scope = observation.openScope()) {
			next.handle(delivery);
			Outcomes.success(context);
		}
		catch (Exception | Error ex) {
			observation.error(ex);
			throw ex;
		}
		finally {
			observation.stop();
		}
	}

}
