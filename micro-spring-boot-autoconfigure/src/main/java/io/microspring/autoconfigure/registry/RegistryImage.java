package io.microspring.autoconfigure.registry;

import java.util.List;
import java.util.function.Predicate;

/**
 * A registry that comes in containers: with one more line here it is found in
 * Testcontainers and Docker Compose.
 *
 * @param registry the name of the registry
 * @param port its port inside of the container
 * @param images the images that hold it, without domain and tag
 */
record RegistryImage(String registry, int port, List<String> images) {

	private static final List<RegistryImage> ALL = List.of(
			new RegistryImage("consul", 8500, List.of("consul", "hashicorp/consul", "bitnami/consul")),
			new RegistryImage("etcd", 2379, List.of("etcd", "coreos/etcd", "etcd-development/etcd", "bitnami/etcd")),
			new RegistryImage("nats", 4222, List.of("nats", "bitnami/nats")),
			new RegistryImage("zookeeper", 2181, List.of("zookeeper", "bitnami/zookeeper")));

	/** The images of all of them. */
	static List<String> names() {
		return ALL.stream().flatMap((line) -> line.images.stream()).toList();
	}

	/**
	 * The registry of an image.
	 * @param isImage whether it goes by a name
	 * @return its line
	 */
	static RegistryImage of(Predicate<String> isImage) {
		return ALL.stream()
			.filter((line) -> line.images.stream().anyMatch(isImage))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("An image was taken for a registry's, and is none"));
	}

}
