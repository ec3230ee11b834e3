package io.microspring.autoconfigure.registry;

import java.util.List;

import io.microspring.autoconfigure.container.ServerImage;

/**
 * The registries that come in containers.
 */
final class RegistryImages {

	static final List<ServerImage> ALL = List.of(
			new ServerImage("consul", 8500, List.of("consul", "hashicorp/consul", "bitnami/consul")),
			new ServerImage("etcd", 2379, List.of("etcd", "coreos/etcd", "etcd-development/etcd", "bitnami/etcd")),
			new ServerImage("nats", 4222, List.of("nats", "bitnami/nats")),
			new ServerImage("zookeeper", 2181, List.of("zookeeper", "bitnami/zookeeper")));

	private RegistryImages() {
	}

}
