package io.microspring.plugins.registry.consul;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.test.RegistryContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ConsulRegistryTest extends RegistryContract {

	@RegisterExtension
	static final ExternalServer CONSUL = new ExternalServer(ServerRecipe.consul());

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final HttpClient http = HttpClient.newHttpClient();

	@Override
	protected Registry open() {
		return new ConsulRegistry(options());
	}

	@Test
	void nodeThatFailsItsCheckIsLeftOut() throws Exception {
		try (Registry registry = open()) {
			registry.register(Service.of("critical", "1", Node.of("critical-1", "127.0.0.1:1")), MINUTE);
			registry.register(Service.of("critical", "1", Node.of("critical-2", "127.0.0.1:2")), MINUTE);
			put("/v1/agent/check/fail/service:critical-1", "");
			assertThat(registry.get("critical")).flatExtracting(Service::nodes)
				.extracting(Node::id)
				.containsExactly("critical-2");
			put("/v1/agent/check/fail/service:critical-2", "");
			assertThat(registry.get("critical")).isEmpty();
		}
	}

	@Test
	void nodeThatConsulForgotIsRegisteredAgain() throws Exception {
		try (Registry registry = open()) {
			Service service = Service.of("forgotten", "1", Node.of("forgotten-1", "127.0.0.1:1"));
			registry.register(service, MINUTE);
			put("/v1/agent/service/deregister/forgotten-1", "");
			assertThat(registry.get("forgotten")).isEmpty();
			registry.register(service, MINUTE);
			assertThat(registry.get("forgotten")).containsExactly(service);
		}
	}

	@Test
	void watchHealsAfterARestartThatForgotEverything() {
		try (Registry registry = open()) {
			Service service = Service.of("restarted", "1", Node.of("restarted-1", "127.0.0.1:1"));
			registry.register(service, MINUTE);
			List<Change> one = new CopyOnWriteArrayList<>();
			List<Change> all = new CopyOnWriteArrayList<>();
			registry.watch("restarted", one::add);
			registry.watch("", all::add);
			Change came = new Change(Change.Action.CREATE, service);
			Change went = new Change(Change.Action.DELETE, service);
			eventually().untilAsserted(() -> assertThat(one).containsExactly(came));
			eventually().untilAsserted(() -> assertThat(all).contains(came));
			CONSUL.kill();
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("restarted"))
				.withMessageContaining("consul at " + CONSUL.address() + " cannot be reached to look up restarted");
			assertThat(registry.health().state()).isEqualTo(HealthReport.State.DOWN);
			CONSUL.start();
			eventually().untilAsserted(() -> assertThat(one).containsExactly(came, went));
			registry.register(service, MINUTE);
			eventually().untilAsserted(() -> assertThat(one).containsExactly(came, went, came));
			eventually().untilAsserted(() -> assertThat(all).filteredOn("service", service).endsWith(went, came));
			assertThat(registry.health().state()).isEqualTo(HealthReport.State.UP);
		}
	}

	@Test
	void serviceWithoutAnAddressIsAtTheAddressOfItsAgent() throws Exception {
		put("/v1/agent/service/register", "{\"ID\":\"plain-1\",\"Name\":\"plain\",\"Port\":80,\"Tags\":[\"web\"]}");
		try (Registry registry = open()) {
			assertThat(registry.get("plain"))
				.containsExactly(Service.of("plain", "", Node.of("plain-1", "127.0.0.1:80")));
		}
	}

	@Test
	void plainTagsOfFormerTimesAreRead() throws Exception {
		put("/v1/agent/service/register",
				"""
						{"ID":"old-1","Name":"old","Address":"::1","Port":80,"Tags":["t={\\"a\\":\\"1\\"}","t={\\"b\\":\\"2\\"}",
						"e={\\"name\\":\\"Say.Hello\\"}","v=1.0.0","t-shirt","e2e","v","",
						"e-zz","t-7801"]}""");
		try (Registry registry = open()) {
			assertThat(registry.get("old")).containsExactly(
					new Service("old", "1.0.0", Map.of(), List.of(new Endpoint("Say.Hello", null, null, Map.of())),
							List.of(new Node("old-1", "[::1]:80", Map.of("a", "1", "b", "2")))));
		}
	}

	@Test
	void addressesThatAreNoHostAndPortComeBackAsTheyWere() {
		try (Registry registry = open()) {
			for (String address : List.of("_INBOX.x7z", "memory", "[::1]:8080", "host.local:65535")) {
				Service service = Service.of("odd address", "1", Node.of("odd/id ?#%", address));
				registry.register(service, MINUTE);
				assertThat(registry.get("odd address")).containsExactly(service);
			}
			registry.deregister(Service.of("odd address", "1", Node.of("odd/id ?#%", "")));
			assertThat(registry.get("odd address")).isEmpty();
		}
	}

	@Test
	void addressThatDoesNotAnswerIsPassedOver() {
		Service service = Service.of("rotated", "1", Node.of("rotated-1", "127.0.0.1:1"));
		try (Registry registry = new ConsulRegistry(options().withAddress("127.0.0.1:1, " + CONSUL.address()))) {
			registry.register(service, MINUTE);
			assertThat(registry.get("rotated")).containsExactly(service);
		}
	}

	@Test
	void unreachableConsulIsNamed() {
		try (Registry registry = new ConsulRegistry(options().withAddress("127.0.0.1:1,localhost:2"))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.list())
				.withMessageContaining("consul at 127.0.0.1:1, localhost:2 cannot be reached to list services");
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.watch("x", (change) -> {
			})).withMessageContaining("127.0.0.1:1").withMessageContaining("watch x");
		}
	}

	@Test
	void refusalIsToldWithItsReason() {
		try (Registry registry = new ConsulRegistry(options().withDatacenter("nowhere"))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("x"))
				.withMessageContaining("consul at " + CONSUL.address() + " refused to look up x: 500")
				.withMessageContaining("No path to datacenter");
		}
	}

	private static ConsulOptions options() {
		return ConsulOptions.defaults().withAddress(CONSUL.address()).withTimeout(Duration.ofSeconds(5));
	}

	private void put(String path, String body) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + CONSUL.address() + path))
			.PUT(HttpRequest.BodyPublishers.ofString(body))
			.build();
		HttpResponse<String> response = this.http.send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
