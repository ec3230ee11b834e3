package io.microspring.autoconfigure.broker;

import io.microspring.autoconfigure.container.ServerImage;
import org.testcontainers.containers.Container;

import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;

/**
 * Where the broker of a container with {@code @ServiceConnection} is.
 */
final class BrokerContainerConnectionDetailsFactory
		extends ContainerConnectionDetailsFactory<Container<?>, MicroBrokerConnectionDetails> {

	BrokerContainerConnectionDetailsFactory() {
		super(ServerImage.names(BrokerImages.ALL));
	}

	@Override
	protected MicroBrokerConnectionDetails getContainerConnectionDetails(
			ContainerConnectionSource<Container<?>> source) {
		return new Details(source, ServerImage.of(BrokerImages.ALL,
				(image) -> source.accepts(image, Container.class, MicroBrokerConnectionDetails.class)));
	}

	private static final class Details extends ContainerConnectionDetails<Container<?>>
			implements MicroBrokerConnectionDetails {

		private final ServerImage image;

		Details(ContainerConnectionSource<Container<?>> source, ServerImage image) {
			super(source);
			this.image = image;
		}

		@Override
		public String type() {
			return this.image.type();
		}

		@Override
		public String address() {
			return getContainer().getHost() + ":" + getContainer().getMappedPort(this.image.port());
		}

	}

}
