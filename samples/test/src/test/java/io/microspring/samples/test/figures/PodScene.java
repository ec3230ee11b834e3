package io.microspring.samples.test.figures;

import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.plugins.registry.kubernetes.KubernetesOptions;
import io.microspring.plugins.registry.kubernetes.KubernetesRegistry;
import io.microspring.registry.Registry;
import io.microspring.samples.test.PodCluster;
import io.microspring.test.server.ExternalServer;

/**
 * Kubernetes without machines: services register themselves on pods of their own, and one
 * is gone when its pod is said not to be ready, as its kubelet says once it has noticed.
 */
final class PodScene implements Scene {

	private final ExternalServer server = PodCluster.server();

	private final PodCluster cluster;

	private final AtomicInteger pods = new AtomicInteger();

	PodScene() {
		this.server.open();
		this.cluster = new PodCluster(this.server);
	}

	@Override
	public Registry open() {
		return new KubernetesRegistry(options());
	}

	@Override
	public Party service(String name) {
		String pod = "figures-" + this.pods.incrementAndGet();
		this.cluster.run(pod);
		return new Registered(name, new KubernetesRegistry(options().withPod(pod)),
				() -> this.cluster.report(pod, false));
	}

	@Override
	public Party victim(String name) {
		return service(name);
	}

	@Override
	public void close() {
		this.cluster.close();
		this.server.close();
	}

	private KubernetesOptions options() {
		return KubernetesOptions.defaults()
			.withAddress(this.cluster.address())
			.withTrustCertificate(this.cluster.authority())
			.withToken(PodCluster.TOKEN);
	}

}
