package io.microspring.autoconfigure.registry;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.registry.Greeter.Say;
import io.microspring.autoconfigure.registry.Greeter.Text;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.plugins.registry.kubernetes.KubernetesOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kubernetes by one property.
 */
class KubernetesRegistryAutoConfigurationTest {

	private static final X509Bundle CERTIFICATE = certificate();

	@RegisterExtension
	static final ExternalServer KUBERNETES = new ExternalServer(ServerRecipe.kubernetes(CERTIFICATE.getCertificatePEM(),
			CERTIFICATE.getPrivateKeyPEM(), "secret,admin,1,\"system:masters\"\n"),
			new ExternalServer(ServerRecipe.etcd()));

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withPropertyValues("micro.registry.type=kubernetes");

	@TempDir
	private Path directory;

	@Test
	void serviceIsWrittenOnItsPodFoundCalledAndTakenBack() throws Exception {
		KUBERNETES.requireOurs();
		Path authority = Files.writeString(this.directory.resolve("ca.pem"), CERTIFICATE.getCertificatePEM());
		try (KubernetesClient client = client(authority)) {
			runPod(client);
			this.runner.withBean(Say.class)
				.withBean(MicroRegistryConnectionDetails.class, () -> KUBERNETES::address)
				.withPropertyValues("micro.registry.kubernetes.token=secret",
						"micro.registry.kubernetes.trust-certificate=" + authority,
						"micro.registry.kubernetes.pod=greeter-0")
				.run((context) -> {
					Registry registry = context.getBean(Registry.class);
					assertThat(registry.get("greeter")).flatExtracting(Service::nodes)
						.extracting(Node::metadata)
						.allSatisfy((metadata) -> assertThat(metadata).containsEntry("registry", "kubernetes"))
						.hasSize(1);
					assertThat(context.getBean(Client.class)
						.call(Request.of("greeter", "Say.Hello", new Text("John")), Text.class))
						.isEqualTo(new Text("John"));
					assertThat(annotations(client)).contains("micro.mu/service-greeter");
				});
			assertThat(annotations(client)).doesNotContain("micro.mu/service-greeter");
		}
	}

	@Test
	void propertiesAreOptions() {
		KubernetesProperties properties = new KubernetesProperties("fleet", "secret", "/ca.pem", "kube.config",
				"greeter-0", KubernetesOptions.Lookup.ENDPOINT_SLICES, false, "grpc", Duration.ofSeconds(2));
		assertThat(properties.toOptions("api:6443"))
			.isEqualTo(new KubernetesOptions("api:6443", "fleet", "secret", Path.of("/ca.pem"), Path.of("kube.config"),
					"greeter-0", KubernetesOptions.Lookup.ENDPOINT_SLICES, false, "grpc", Duration.ofSeconds(2)));
		assertThat(properties.toString()).doesNotContain("secret");
		this.runner
			.withPropertyValues("micro.registry.address=127.0.0.1:1",
					"micro.registry.kubernetes.lookup=endpoint-slices")
			.run((context) -> assertThat(context.getBean(KubernetesProperties.class).toOptions(""))
				.isEqualTo(KubernetesOptions.defaults().withLookup(KubernetesOptions.Lookup.ENDPOINT_SLICES)));
	}

	@Test
	void fileThatIsMissingAndCredentialsInTheAddressEndTheStart() {
		this.runner.withPropertyValues("micro.registry.kubernetes.kubeconfig=/no/such.config")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("/no/such.config"));
		this.runner.withPropertyValues("micro.registry.address=https://me:secret@127.0.0.1:1").run((context) -> {
			assertThat(context).getFailure().rootCause().hasMessageContaining("micro.registry.kubernetes");
			assertThat(Throwables.getStackTrace(context.getStartupFailure())).doesNotContain("secret");
		});
	}

	@Test
	void anApiServerThatIsAwayEndsTheStartOnlyWhenToldSo() {
		this.runner.withPropertyValues("micro.registry.address=127.0.0.1:1")
			.run((context) -> assertThat(context).hasNotFailed());
		this.runner.withPropertyValues("micro.registry.address=127.0.0.1:1", "micro.registry.fail-fast=true")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("kubernetes at https://127.0.0.1:1 cannot be reached"));
	}

	private static KubernetesClient client(Path authority) {
		return new KubernetesClientBuilder()
			.withConfig(new ConfigBuilder(Config.empty()).withMasterUrl("https://" + KUBERNETES.address())
				.withOauthToken("secret")
				.withCaCertFile(authority.toString())
				.withNamespace("default")
				.build())
			.build();
	}

	/** As a cluster with machines would. */
	private static void runPod(KubernetesClient client) {
		client
			.resource(new PodBuilder().withNewMetadata()
				.withName("greeter-0")
				.endMetadata()
				.withNewSpec()
				.addNewContainer()
				.withName("greeter")
				.withImage("greeter")
				.endContainer()
				.endSpec()
				.build())
			.create();
		client
			.resource(new PodBuilder().withNewMetadata()
				.withName("greeter-0")
				.endMetadata()
				.withNewStatus()
				.withPhase("Running")
				.endStatus()
				.build())
			.subresource("status")
			.patch(PatchContext.of(PatchType.JSON_MERGE));
	}

	private static Iterable<String> annotations(KubernetesClient client) {
		return client.pods().withName("greeter-0").require().getMetadata().getAnnotations().keySet();
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
