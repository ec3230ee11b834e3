package io.microspring.samples.test;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cluster has no machines: that the greeter's pod runs is what the test says.
 */
class GreeterOnKubernetesTest {

	private static final X509Bundle CERTIFICATE = certificate();

	@RegisterExtension
	static final ExternalServer SERVER = new ExternalServer(ServerRecipe.kubernetes(CERTIFICATE.getCertificatePEM(),
			CERTIFICATE.getPrivateKeyPEM(), "secret,admin,1,\"system:masters\"\n"),
			new ExternalServer(ServerRecipe.etcd()));

	@Test
	void clientFindsTheGreeter(@TempDir Path directory) throws Exception {
		SERVER.requireOurs();
		Path authority = Files.writeString(directory.resolve("authority.pem"), CERTIFICATE.getCertificatePEM());
		try (KubernetesClient client = client(authority)) {
			runPod(client);
			GreeterOnRegistry.assertThatTheyMeet("--micro.registry.type=kubernetes",
					"--micro.registry.address=" + SERVER.address(), "--micro.registry.kubernetes.token=secret",
					"--micro.registry.kubernetes.trust-certificate=" + authority,
					"--micro.registry.kubernetes.pod=greeter-0");
		}
	}

	private static KubernetesClient client(Path authority) {
		return new KubernetesClientBuilder()
			.withConfig(new ConfigBuilder(Config.empty()).withMasterUrl("https://" + SERVER.address())
				.withOauthToken("secret")
				.withCaCertFile(authority.toString())
				.withNamespace("default")
				.build())
			.build();
	}

	private static void runPod(KubernetesClient client) {
		Pod pod = new PodBuilder().withNewMetadata()
			.withName("greeter-0")
			.endMetadata()
			.withNewSpec()
			.addNewContainer()
			.withName("greeter")
			.withImage("greeter")
			.endContainer()
			.endSpec()
			.build();
		client.resource(pod).create();
		client.resource(new PodBuilder(pod).withNewStatus().withPhase("Running").endStatus().build())
			.subresource("status")
			.patch(PatchContext.of(PatchType.JSON_MERGE));
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
