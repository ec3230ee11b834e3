package io.microspring.plugins.registry.consul;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Several agents of one Consul: what one took, another one does not know. */
class ConsulAgentsTest {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	@RegisterExtension
	static final ExternalServer SERVER = new ExternalServer(ServerRecipe.consul());

	@RegisterExtension
	static final ExternalServer AGENT = new ExternalServer(ServerRecipe.consulClient());

	private final ConsulApi server = new ConsulApi(SERVER.address(), "");

	private final ConsulApi agent = new ConsulApi(AGENT.address(), "");

	private ServerSocket port;

	@BeforeEach
	void join() throws Exception {
		AGENT.requireOurs();
		this.port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		joined();
	}

	private void joined() throws Exception {
		this.agent.put("/v1/agent/join/127.0.0.1:" + this.server.get("/v1/agent/self").at("/Member/Port").asInt(), "");
		// It asks the servers.
		eventually().ignoreExceptions()
			.untilAsserted(() -> assertThat(this.agent.get("/v1/status/leader").asString()).isNotEmpty());
	}

	@AfterEach
	void free() throws Exception {
		this.port.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "ttl", "tcp" })
	void nodeMovesToTheAgentThatIsAskedInsteadAndLeavesNothingBehind(String check) throws Exception {
		List<Change> changes = new CopyOnWriteArrayList<>();
		Service service = service("moving-" + check);
		try (Registry registry = open(check); Registry other = new ConsulRegistry(of(SERVER.address()))) {
			registry.register(service, MINUTE);
			assertThat(services(this.agent)).contains(service.name() + "-1");
			other.watch(service.name(), changes::add);
			AGENT.kill();
			// The catalogue goes on to show the node, and the new agent has to have it.
			registry.register(service, MINUTE);
			assertThat(services(this.server)).contains(service.name() + "-1");
			assertThat(other.get(service.name())).containsExactly(service);
			AGENT.start();
			joined();
			assertThat(services(this.agent)).contains(service.name() + "-1");
			// Twice in the catalogue, it is one node all the same.
			assertThat(other.get(service.name())).containsExactly(service);
			registry.register(service, MINUTE);
			eventually().untilAsserted(() -> assertThat(services(this.agent)).doesNotContain(service.name() + "-1"));
			assertThat(services(this.server)).contains(service.name() + "-1");
			eventually().untilAsserted(() -> assertThat(catalogue(service.name())).hasSize(1));
			assertThat(changes).containsExactly(new Change(Change.Action.CREATE, service));
			registry.deregister(service);
			assertThat(other.get(service.name())).isEmpty();
		}
	}

	@Test
	void deregisteredNodeIsTakenFromTheFormerAgentOnceThatIsBack() throws Exception {
		Service gone = service("gone");
		Service stays = service("stays");
		try (Registry registry = open("tcp")) {
			registry.register(gone, MINUTE);
			registry.register(stays, MINUTE);
			AGENT.kill();
			registry.deregister(gone);
			AGENT.start();
			joined();
			assertThat(services(this.agent)).contains("gone-1");
			registry.register(stays, MINUTE);
			eventually().untilAsserted(() -> assertThat(services(this.agent)).doesNotContain("gone-1"));
			eventually().untilAsserted(() -> assertThat(registry.get("gone")).isEmpty());
			registry.deregister(stays);
		}
	}

	@Test
	void agentThatForgotEverythingIsToldAgain() {
		Service service = service("told");
		try (Registry registry = open("tcp")) {
			registry.register(service, MINUTE);
			AGENT.restartEmpty();
			eventually().ignoreExceptions().untilAsserted(() -> {
				joined();
				registry.register(service, MINUTE);
				assertThat(registry.get("told")).containsExactly(service);
			});
			registry.deregister(service);
			eventually().untilAsserted(() -> assertThat(registry.get("told")).isEmpty());
		}
	}

	private Registry open(String check) {
		ConsulOptions options = of(AGENT.address() + "," + SERVER.address());
		return new ConsulRegistry(check.equals("tcp") ? options.withCheck(ConsulOptions.Check.tcp(MINUTE)) : options);
	}

	private static ConsulOptions of(String address) {
		return ConsulOptions.defaults().withAddress(address);
	}

	private Service service(String name) {
		return Service.of(name, "1", Node.of(name + "-1", "127.0.0.1:" + this.port.getLocalPort()));
	}

	private JsonNode catalogue(String name) throws Exception {
		return this.server.get("/v1/catalog/service/" + name);
	}

	private static List<String> services(ConsulApi agent) throws Exception {
		return List.copyOf(agent.get("/v1/agent/services").propertyNames());
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
