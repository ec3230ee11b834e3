package io.microspring.plugins.registry.kubernetes;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.microspring.plugins.registry.kubernetes.KubernetesOptions.Lookup;
import io.microspring.registry.Change;
import io.microspring.registry.Change.Action;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Who asks, and with what rights: with those that {@code docs/registry-kubernetes.md}
 * names, and with none.
 */
class KubernetesRightsTest {

	@RegisterExtension
	static final ExternalServer KUBERNETES = Cluster.server(new ExternalServer(ServerRecipe.etcd()));

	private static final Path PAGE = Path.of("..", "docs", "registry-kubernetes.md");

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Service SERVICE = Service.of("greeter", "1", Node.of("greeter-1", "127.0.0.1:1"));

	private static Cluster cluster;

	@BeforeAll
	static void findCluster() {
		cluster = new Cluster(KUBERNETES);
	}

	@AfterAll
	static void leaveCluster() {
		if (cluster != null) {
			cluster.close();
		}
	}

	@Test
	void rightThatIsMissingIsNamedAndTheManifestsOfThePageAreEnough() throws Exception {
		KubernetesOptions options = cluster.options().withToken(Cluster.GREETER).withPod(cluster.run());
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = new KubernetesRegistry(options)) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.register(SERVICE, MINUTE))
				.withMessageContaining("a Role must allow verb patch on pods in namespace default: ");
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("greeter"))
				.withMessageContaining(
						"refused to look up greeter: a Role must allow verb list on pods in namespace" + " default: ")
				.withMessageContaining("system:serviceaccount:default:greeter");
			List<HasMetadata> manifests = manifests();
			assertThat(manifests).extracting(HasMetadata::getKind)
				.containsExactly("ServiceAccount", "Role", "RoleBinding", "Deployment", "Service", "Role",
						"RoleBinding");
			manifests.forEach((manifest) -> cluster.client().resource(manifest).create());
			eventually().ignoreExceptions().untilAsserted(() -> assertThat(registry.get("greeter")).isEmpty());
			registry.watch("greeter", changes::add);
			registry.register(SERVICE, MINUTE);
			assertThat(registry.get("greeter")).containsExactly(SERVICE);
			assertThat(registry.list()).containsExactly(SERVICE);
			registry.deregister(SERVICE);
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, SERVICE),
					new Change(Action.DELETE, SERVICE)));
			withoutTheRightToWatch(registry);
		}
		endpointSlicesAreReadWithTheRightsOfThePage();
	}

	@Test
	void processInAPodFindsItsServiceAccountAndItsPod(@TempDir Path directory) throws Exception {
		cluster.client()
			.resource(new NamespaceBuilder().withNewMetadata().withName("fleet").endMetadata().build())
			.create();
		cluster.client()
			.resource(new PodBuilder().withNewMetadata()
				.withName("greeter-0")
				.withNamespace("fleet")
				.endMetadata()
				.withNewSpec()
				.addNewContainer()
				.withName("greeter")
				.withImage("greeter")
				.endContainer()
				.endSpec()
				.build())
			.create();
		ProcessBuilder process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), InAPod.class.getName())
			.inheritIO();
		// What a kubelet gives to a container; its files are elsewhere here.
		process.environment()
			.putAll(Map.of("HOSTNAME", "greeter-0", "KUBERNETES_SERVICE_HOST", "127.0.0.1", "KUBERNETES_SERVICE_PORT",
					KUBERNETES.address().replaceAll(".*:", ""), "KUBERNETES_AUTH_SERVICEACCOUNT_TOKEN",
					Files.writeString(directory.resolve("token"), Cluster.ADMIN).toString(), "KUBERNETES_CERTS_CA_FILE",
					String.valueOf(cluster.options().trustCertificate()), "KUBENAMESPACE",
					Files.writeString(directory.resolve("namespace"), "fleet").toString(),
					"KUBERNETES_AUTH_TRYKUBECONFIG", "false"));
		assertThat(process.start().waitFor()).isZero();
		assertThat(cluster.client()
			.pods()
			.inNamespace("fleet")
			.withName("greeter-0")
			.require()
			.getMetadata()
			.getAnnotations()).containsKey("micro.mu/service-greeter");
	}

	@Test
	void kubeconfigSaysWhereAndWhoAndWhichNamespace(@TempDir Path directory) throws Exception {
		Path file = Files.writeString(directory.resolve("config"), """
				apiVersion: v1
				kind: Config
				current-context: test
				clusters:
				  - name: test
				    cluster:
				      server: https://%s
				      certificate-authority: %s
				users:
				  - name: admin
				    user:
				      token: %s
				contexts:
				  - name: test
				    context:
				      cluster: test
				      user: admin
				      namespace: elsewhere
				""".formatted(KUBERNETES.address(), cluster.options().trustCertificate(), Cluster.ADMIN));
		try (Registry registry = new KubernetesRegistry(
				KubernetesOptions.defaults().withKubeconfig(file).withPod("greeter-0"))) {
			assertThat(registry.list()).isEmpty();
			assertThat(registry.health().details()).containsEntry("namespace", "elsewhere")
				.containsEntry("registration", "on pod greeter-0");
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.register(SERVICE, MINUTE))
				.withMessageContaining("404");
		}
	}

	@Test
	void tokenThatIsNotBelievedIsSaidAndNotShown() {
		KubernetesOptions options = cluster.options().withToken("secret");
		assertThat(options.toString()).doesNotContain("secret");
		try (Registry registry = new KubernetesRegistry(options)) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(registry::list)
				.withMessageContaining("refused to list services: it does not believe the token")
				.withMessageNotContaining("secret");
		}
	}

	@Test
	void certificateThatIsNotBelievedIsSaid() {
		try (Registry registry = new KubernetesRegistry(cluster.options().withTrustCertificate(null))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(registry::list)
				.withMessageContaining("cannot be reached to list services")
				.withMessageContaining("certification path");
		}
	}

	private void withoutTheRightToWatch(Registry registry) {
		cluster.client().rbac().roles().inNamespace("default").withName("micro-registry").edit((role) -> {
			role.getRules().get(0).setVerbs(List.of("list"));
			return role;
		});
		eventually().untilAsserted(
				() -> assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.watch("x", (c) -> {
				})).withMessageContaining("refused to watch x: a Role must allow verb watch on pods"));
	}

	private void endpointSlicesAreReadWithTheRightsOfThePage() {
		slice("greeter-a", "greeter", "10.0.0.1", "pod-1", null);
		slice("greeter-b", "greeter", "10.0.0.2", "pod-2", false);
		slice("other-a", "other", "fd00::1", "pod-3", true);
		Node first = new Node("pod-1", "10.0.0.1:9090", Map.of("zone", "north"));
		Node second = new Node("pod-2", "10.0.0.2:9090", Map.of("zone", "north"));
		List<Change> changes = new CopyOnWriteArrayList<>();
		KubernetesOptions options = cluster.options().withToken(Cluster.CALLER).withLookup(Lookup.ENDPOINT_SLICES);
		try (Registry registry = new KubernetesRegistry(options);
				Registry byNumber = new KubernetesRegistry(options.withPort("8080"));
				Registry byName = new KubernetesRegistry(options.withPort("absent"))) {
			registry.register(SERVICE, MINUTE);
			registry.deregister(SERVICE);
			assertThat(registry.health().details().get("registration")).startsWith("none");
			assertThat(registry.get("Greeter")).containsExactly(Service.of("Greeter", "1.0.0", first));
			assertThat(byNumber.get("other")).flatExtracting(Service::nodes)
				.extracting(Node::address)
				.containsExactly("[fd00::1]:8080");
			assertThat(byName.get("greeter")).isEmpty();
			assertThat(registry.get("unknown")).isEmpty();
			assertThat(registry.get("-")).isEmpty();
			assertThat(registry.list()).extracting(Service::name).contains("greeter", "other");
			registry.watch("greeter", changes::add);
			// Ready, in a slice of its own; then the other one moves there, too.
			slice("greeter-b", "greeter", "10.0.0.2", "pod-2", true);
			slice("greeter-c", "greeter", "10.0.0.1", "pod-1", true);
			cluster.client().discovery().v1().endpointSlices().withName("greeter-a").delete();
			cluster.client().discovery().v1().endpointSlices().withName("greeter-b").delete();
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(
					new Change(Action.CREATE, Service.of("greeter", "1.0.0", first)),
					new Change(Action.CREATE, Service.of("greeter", "1.0.0", second)),
					new Change(Action.DELETE, Service.of("greeter", "1.0.0", second))));
		}
	}

	/** What the controller of EndpointSlices would write. */
	private static void slice(String name, String service, String address, String pod, Boolean ready) {
		cluster.client()
			.resource(new EndpointSliceBuilder().withNewMetadata()
				.withName(name)
				.addToLabels(Map.of("kubernetes.io/service-name", service, "app.kubernetes.io/version", "1.0.0"))
				.endMetadata()
				.withAddressType(address.contains(":") ? "IPv6" : "IPv4")
				.addNewPort()
				.withName("http")
				.withPort(8080)
				.endPort()
				.addNewPort()
				.withName("micro")
				.withPort(9090)
				.endPort()
				.withEndpoints(new EndpointBuilder().withAddresses(address)
					.withZone("north")
					.withNewConditions()
					.withReady(ready)
					.endConditions()
					.withNewTargetRef()
					.withKind("Pod")
					.withName(pod)
					.endTargetRef()
					.build())
				.build())
			.forceConflicts()
			.serverSideApply();
	}

	private static List<HasMetadata> manifests() throws Exception {
		List<HasMetadata> manifests = new ArrayList<>();
		Matcher blocks = Pattern.compile("```yaml\n(apiVersion:.*?)```", Pattern.DOTALL)
			.matcher(Files.readString(PAGE));
		while (blocks.find()) {
			manifests.addAll(cluster.client()
				.load(new ByteArrayInputStream(blocks.group(1).getBytes(StandardCharsets.UTF_8)))
				.items());
		}
		return manifests;
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

	/** A program as it runs in a pod: nothing is set. */
	static final class InAPod {

		public static void main(String[] arguments) {
			try (Registry registry = new KubernetesRegistry(KubernetesOptions.defaults())) {
				registry.register(SERVICE, MINUTE);
			}
		}

	}

}
