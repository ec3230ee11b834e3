package io.microspring.plugins.registry.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/**
 * A cluster without machines: its pods run because the test says so.
 */
final class Cluster implements AutoCloseable {

	/** Somebody with all rights. */
	static final String ADMIN = "admin-token";

	/** The service account {@code greeter} of the namespace {@code default}. */
	static final String GREETER = "greeter-token";

	/** The service account {@code caller} of the namespace {@code default}. */
	static final String CALLER = "caller-token";

	private static final String TOKENS = """
			admin-token,admin,1,"system:masters"
			greeter-token,system:serviceaccount:default:greeter,2,"system:serviceaccounts"
			caller-token,system:serviceaccount:default:caller,3,"system:serviceaccounts"
			""";

	private static final X509Bundle CERTIFICATE = certificate();

	private final KubernetesClient client;

	private final ExternalServer server;

	private final Path authority;

	Cluster(ExternalServer server) {
		server.requireOurs();
		this.server = server;
		try {
			this.authority = Files.createTempFile("authority", ".pem");
			Files.writeString(this.authority, CERTIFICATE.getCertificatePEM());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.client = new KubernetesClientBuilder()
			.withConfig(new ConfigBuilder(Config.empty()).withMasterUrl("https://" + server.address())
				.withOauthToken(ADMIN)
				.withCaCertFile(this.authority.toString())
				.withNamespace("default")
				.build())
			.build();
	}

	/** An API server, with the etcd that it needs. */
	static ExternalServer server(ExternalServer etcd) {
		return new ExternalServer(
				ServerRecipe.kubernetes(CERTIFICATE.getCertificatePEM(), CERTIFICATE.getPrivateKeyPEM(), TOKENS), etcd);
	}

	KubernetesClient client() {
		return this.client;
	}

	KubernetesOptions options() {
		return KubernetesOptions.defaults()
			.withAddress(this.server.address())
			.withTrustCertificate(this.authority)
			.withToken(ADMIN)
			.withTimeout(Duration.ofSeconds(10));
	}

	/** A pod that runs, and its name. */
	String run() {
		String name = "pod-" + UUID.randomUUID().toString().substring(0, 8);
		run(name, Map.of(), Map.of());
		return name;
	}

	void run(String name, Map<String, String> labels, Map<String, String> annotations) {
		// On a machine, so that it is not simply gone when it is deleted.
		Pod pod = new PodBuilder().withNewMetadata()
			.withName(name)
			.withLabels(labels)
			.withAnnotations(annotations)
			.endMetadata()
			.withNewSpec()
			.withNodeName("machine")
			.addNewContainer()
			.withName("service")
			.withImage("service")
			.endContainer()
			.endSpec()
			.build();
		this.client.resource(pod).create();
		status(name, "Running", "True");
	}

	/** What a kubelet would report. */
	void status(String name, String phase, String ready) {
		this.client
			.resource(new PodBuilder().withNewMetadata()
				.withName(name)
				.withNamespace("default")
				.endMetadata()
				.withNewStatus()
				.withPhase(phase)
				.addNewCondition()
				.withType("Ready")
				.withStatus(ready)
				.endCondition()
				.endStatus()
				.build())
			.subresource("status")
			.patch(PatchContext.of(PatchType.STRATEGIC_MERGE));
	}

	/** As a kubelet ends it, which is given some time before. */
	void delete(String name, boolean atOnce) {
		this.client.pods().withName(name).withGracePeriod(atOnce ? 0 : 30).delete();
	}

	void annotate(String name, String key, String value) {
		this.client.pods().withName(name).edit((pod) -> {
			Map<String, String> annotations = new LinkedHashMap<>(pod.getMetadata().getAnnotations());
			annotations.put(key, value);
			return new PodBuilder(pod).editMetadata().withAnnotations(annotations).endMetadata().build();
		});
	}

	Pod pod(String name) {
		return this.client.pods().withName(name).require();
	}

	void deleteAll() {
		this.client.pods().withGracePeriod(0).delete();
	}

	@Override
	public void close() {
		this.client.close();
		this.authority.toFile().delete();
	}

	private static X509Bundle certificate() {
		try {
			return new CertificateBuilder().ecp256()
				.subject("CN=cluster of a test")
				.addSanIpAddress("127.0.0.1")
				.setIsCertificateAuthority(true)
				.buildSelfSigned();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
