package io.microspring.docs;

import org.testcontainers.containers.GenericContainer;

import org.springframework.boot.testcontainers.service.connection.ServiceConnection;

/** The container of the page about registries; compiled, and not run without Docker. */
final class RegistryContainerPage {

	@ServiceConnection
	static final GenericContainer<?> ETCD = new GenericContainer<>("quay.io/coreos/etcd:v3.6.0").withExposedPorts(2379);

	private RegistryContainerPage() {
	}

}
