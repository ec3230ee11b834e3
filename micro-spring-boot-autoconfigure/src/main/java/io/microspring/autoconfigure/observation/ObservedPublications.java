package io.microspring.autoconfigure.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.microspring.client.PublishFunction;
import io.microspring.client.PublishFunction.Publication;
import io.microspring.client.PublishInterceptor;
import io.microspring.message.Metadata;

/**
 * Observes publications, and sends the trace along.
 */
final class ObservedPublications implements PublishInterceptor {

	private final ObservationRegistry registry;

	private final PublicationConvention convention;

	ObservedPublications(ObservationRegistry registry, PublicationConvention convention) {
		this.registry = registry;
		this.convention = convention;
	}

	@Override
	public PublishFunction apply(PublishFunction next) {
		return (publication) -> {
			if (this.registry.isNoop()) {
				next.publish(publication);
			}
			else {
				observe(publication, next);
			}
		};
	}

	private void observe(Publication publication, PublishFunction next) {
		PublicationContext context = new PublicationContext(publication);
		Observation.createNotStarted(this.convention, PublicationConvention.DEFAULT, () -> context, this.registry)
			.observe(() -> {
				Metadata.Builder headers = context.getCarrier();
				next.publish((headers == null) ? publication : publication.withMetadata(headers.build()));
				Outcomes.success(context);
			});
	}

}
