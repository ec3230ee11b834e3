package io.microspring.autoconfigure.broker;

import io.microspring.autoconfigure.container.ServerImage;

import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;

/**
 * Where the broker of a Docker Compose file is.
 */
final class BrokerComposeConnectionDetailsFactory
		extends DockerComposeConnectionDetailsFactory<MicroBrokerConnectionDetails> {

	BrokerComposeConnectionDetailsFactory() {
		super(ServerImage.names(BrokerImages.ALL).toArray(String[]::new));
	}

	@Override
	protected MicroBrokerConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
		RunningService service = source.getRunningService();
		return new Details(service, ServerImage.of(BrokerImages.ALL, service));
	}

	private static final class Details extends DockerComposeConnectionDetails implements MicroBrokerConnectionDetails {

		private final ServerImage image;

		private final String address;

		Details(RunningService service, ServerImage image) {
			super(service);
			this.image = image;
			this.address = service.host() + ":" + service.ports().get(image.port());
		}

		@Override
		public String type() {
			return this.image.type();
		}

		@Override
		public String address() {
			return this.address;
		}

	}

}
