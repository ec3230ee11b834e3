package io.microspring.autoconfigure.registry;

import io.microspring.autoconfigure.container.ServerImage;
import org.testcontainers.containers.Container;

import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;

/**
 * Where the registry of a container with {@code @ServiceConnection} is.
 */
final class RegistryContainerConnectionDetailsFactory
		extends ContainerConnectionDetailsFactory<Container<?>, MicroRegistryConnectionDetails> {

	RegistryContainerConnectionDetailsFactory() {
		super(ServerImage.names(RegistryImages.ALL));
	}

	@Override
	protected MicroRegistryConnectionDetails getContainerConnectionDetails(
			ContainerConnectionSource<Container<?>> source) {
		return new Details(source, ServerImage.of(RegistryImages.ALL,
				(image) -> source.accepts(image, Container.class, MicroRegistryConnectionDetails.class)));
	}

	private static final class Details extends ContainerConnectionDetails<Container<?>>
			implements MicroRegistryConnectionDetails {

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
