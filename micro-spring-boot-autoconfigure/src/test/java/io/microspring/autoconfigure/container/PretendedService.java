package io.microspring.autoconfigure.container;

import java.util.List;
import java.util.Map;

import org.springframework.beans.BeanUtils;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactories;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.core.env.Environment;
import org.springframework.mock.env.MockEnvironment;

/**
 * A service of Docker Compose that runs nowhere, and tells host and port.
 *
 * @param reference its image
 * @param labels its labels
 */
public record PretendedService(String reference, Map<String, String> labels) implements RunningService {

	@Override
	public String name() {
		return "pretended";
	}

	@Override
	public ImageReference image() {
		return ImageReference.of(this.reference);
	}

	@Override
	public String host() {
		return "compose.test";
	}

	@Override
	public ConnectionPorts ports() {
		return new ConnectionPorts() {

			@Override
			public int get(int port) {
				return 10_000 + port;
			}

			@Override
			public List<Integer> getAll() {
				return List.of();
			}

			@Override
			public List<Integer> getAll(String protocol) {
				return List.of();
			}

		};
	}

	@Override
	public Map<String, String> env() {
		return Map.of();
	}

	/**
	 * The connection details that Boot makes of it once it runs; by reflection, since
	 * Boot alone may.
	 * @return the details by their types
	 */
	public Map<Class<?>, ConnectionDetails> details() {
		try {
			DockerComposeConnectionSource source = BeanUtils.instantiateClass(
					DockerComposeConnectionSource.class.getDeclaredConstructor(RunningService.class, Environment.class),
					this, new MockEnvironment());
			return new ConnectionDetailsFactories(PretendedService.class.getClassLoader()).getConnectionDetails(source,
					false);
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
