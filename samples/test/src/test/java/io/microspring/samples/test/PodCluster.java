package io.microspring.samples.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
 * A cluster without machines: its pods run because whoever has it says so.
 */
public final class PodCluster implements AutoCloseable {

	/** Somebody with all rights. */
	public static final String TOKEN = "secret";

	private static final X509Bundle CERTIFICATE = certificate();

	private final ExternalServer server;

	private final Path authority;

	private final KubernetesClient client;

	/**
	 * A cluster.
	 * @param server its API server, which runs
	 */
	public PodCluster(ExternalServer server) {
		server.requireOurs();
		this.server = server;
		try {
			this.authority = Files.writeString(Files.createTempFile("authority", ".pem"),
					CERTIFICATE.getCertificatePEM());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.client = new KubernetesClientBuilder()
			.withConfig(new ConfigBuilder(Config.empty()).withMasterUrl("https://" + server.address())
				.withOauthToken(TOKEN)
				.withCaCertFile(this.authority.toString())
				.withNamespace("default")
				.build())
			.build();
	}

	/**
	 * An API server, with the etcd that it needs; not started yet.
	 * @return the server
	 */
	public static ExternalServer server() {
		return new ExternalServer(ServerRecipe.kubernetes(CERTIFICATE.getCertificatePEM(),
				CERTIFICATE.getPrivateKeyPEM(), TOKEN + ",admin,1,\"system:masters\"\n"),
				new ExternalServer(ServerRecipe.etcd()));
	}

	/**
	 * Where the API server is.
	 * @return {@code host:port}
	 */
	public String address() {
		return this.server.address();
	}

	/**
	 * The PEM file of its authority.
	 * @return the file
	 */
	public Path authority() {
		return this.authority;
	}

	/**
	 * Has a pod that runs and is ready.
	 * @param name the pod
	 */
	public void run(String name) {
		this.client
			.resource(new PodBuilder().withNewMetadata()
				.withName(name)
				.endMetadata()
				.withNewSpec()
				.addNewContainer()
				.withName("service")
				.withImage("service")
				.endContainer()
				.endSpec()
				.build())
			.create();
		report(name, true);
	}

	/**
	 * Says what the kubelet of a pod would report.
	 * @param name the pod
	 * @param ready whether its readiness probe succeeds
	 */
	public void report(String name, boolean ready) {
		Pod status = new PodBuilder().withNewMetadata()
			.withName(name)
			.withNamespace("default")
			.endMetadata()
			.withNewStatus()
			.withPhase("Running")
			.addNewCondition()
			.withType("Ready")
			.withStatus(ready ? "True" : "False")
			.endCondition()
			.endStatus()
			.build();
		this.client.resource(status).subresource("status").patch(PatchContext.of(PatchType.STRATEGIC_MERGE));
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
