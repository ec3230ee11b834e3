package io.microspring.autoconfigure.container;

import org.testcontainers.containers.GenericContainer;

/**
 * A container that runs nowhere, and tells host and port.
 */
public final class PretendedContainer extends GenericContainer<PretendedContainer> {

	private final String image;

	/**
	 * A container.
	 * @param image its image
	 */
	public PretendedContainer(String image) {
		super(image);
		this.image = image;
	}

	@Override
	public String getDockerImageName() {
		return this.image;
	}

	@Override
	public void start() {
		// There is no Docker.
	}

	@Override
	public void stop() {
		// It was not started.
	}

	@Override
	public String getHost() {
		return "container.test";
	}

	@Override
	public Integer getMappedPort(int port) {
		return 10_000 + port;
	}

}
