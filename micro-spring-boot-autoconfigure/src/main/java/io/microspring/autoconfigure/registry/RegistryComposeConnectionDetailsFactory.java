package io.microspring.autoconfigure.registry;

import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;

/**
 * Where the registry of a Docker Compose file is.
 */
final class RegistryComposeConnectionDetailsFactory
		extends DockerComposeConnectionDetailsFactory<MicroRegistryConnectionDetails> {

	/** Boot's label for images with names of their own. */
	private static final String LABEL = "org.springframework.boot.service-connection";

	RegistryComposeConnectionDetailsFactory() {
		super(RegistryImage.names().toArray(String[]::new));
	}

	@Override
	protected MicroRegistryConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
		RunningService service = source.getRunningService();
		String name = service.labels().getOrDefault(LABEL, service.image().getName());
		String image = name.startsWith("library/") ? name.substring("library/".length()) : name;
		return new Details(service, RegistryImage.of(image::equals));
	}

	private static final class Details extends DockerComposeConnectionDetails
			implements MicroRegistryConnectionDetails {

		private final RegistryImage image;

		private final String address;

		Details(RunningService service, RegistryImage image) {
			super(service);
			this.image = image;
			this.address = service.host() + ":" + service.ports().get(image.port());
		}

		@Override
		public String type() {
			return this.image.registry();
		}

		@Override
		public String address() {
			return this.address;
		}

	}

}
