package io.microspring.autoconfigure.observation;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import io.microspring.client.PublishFunction.Publication;
import io.microspring.message.Metadata;

/**
 * Something that is being published; what propagates a trace sets headers of the message.
 */
public final class PublicationContext extends SenderContext<Metadata.Builder> {

	private final Publication publication;

	/**
	 * A context.
	 * @param publication what is published
	 */
	public PublicationContext(Publication publication) {
		super((carrier, name, value) -> {
			if (carrier != null) {
				carrier.set(name, value);
			}
		}, Kind.PRODUCER);
		this.publication = publication;
		setCarrier(Metadata.builder().setAll(publication.metadata()));
	}

	/**
	 * What is published.
	 * @return the publication, without the headers that were set meanwhile
	 */
	public Publication publication() {
		return this.publication;
	}

}
