package io.microspring.plugins.registry.consul;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** How Consul knows that nodes live. */
class ConsulCheckTest {

	@RegisterExtension
	static final ExternalServer CONSUL = new ExternalServer(ServerRecipe.consul());

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ConsulApi api = new ConsulApi(CONSUL.address(), "");

	@Test
	void nodeWhosePortIsClosedIsLeftOut() throws Exception {
		List<Change> changes = new CopyOnWriteArrayList<>();
		HttpServer node = listen((exchange) -> exchange.close());
		try (Registry registry = open(options().withCheck(ConsulOptions.Check.tcp(SECOND)))) {
			Service service = service("tcp", node.getAddress().getPort());
			registry.watch("tcp", changes::add);
			// Consul does not count that second.
			registry.register(service, SECOND);
			assertThat(registry.get("tcp")).containsExactly(service);
			eventually().untilAsserted(
					() -> assertThat(this.api.get("/v1/agent/checks").get("service:tcp-1").get("Output").asString())
						.contains("Success"));
			assertThat(registry.get("tcp")).containsExactly(service);
			long index = checks("tcp").get(0).get("ModifyIndex").asLong();
			registry.register(service, SECOND);
			assertThat(checks("tcp").get(0).get("ModifyIndex").asLong()).isEqualTo(index);
			node.stop(0);
			eventually().untilAsserted(() -> assertThat(changes)
				.containsExactly(new Change(Change.Action.CREATE, service), new Change(Change.Action.DELETE, service)));
			assertThat(registry.get("tcp")).isEmpty();
			// Renewing does not bring back what cannot be reached.
			registry.register(service, SECOND);
			assertThat(registry.get("tcp")).isEmpty();
		}
		finally {
			node.stop(0);
		}
	}

	@Test
	void nodeThatConsulForgotIsRegisteredAgainAlsoWithACheckOfItsOwn() throws Exception {
		try (Registry registry = open(options().withCheck(ConsulOptions.Check.tcp(MINUTE)))) {
			Service service = service("forgotten.tcp", 1);
			registry.register(service, SECOND);
			this.api.put("/v1/agent/service/deregister/forgotten.tcp-1", "");
			eventually().untilAsserted(() -> assertThat(checks("forgotten.tcp")).isEmpty());
			registry.register(service, SECOND);
			assertThat(registry.get("forgotten.tcp")).containsExactly(service);
		}
	}

	@Test
	void nodeThatSaysItIsUnwellIsLeftOutUntilItRecovers() throws Exception {
		List<String> asked = new CopyOnWriteArrayList<>();
		AtomicInteger status = new AtomicInteger(200);
		HttpServer node = listen((exchange) -> {
			asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
					+ exchange.getRequestHeaders().getFirst("Content-Type"));
			exchange.sendResponseHeaders(status.get(), -1);
			exchange.close();
		});
		try (Registry registry = open(options().withCheck(ConsulOptions.Check.http("", SECOND)));
				Registry other = open(options()
					.withCheck(ConsulOptions.Check.http("http://{host}:{port}/actuator/health?id=1", SECOND)))) {
			Service service = service("http", node.getAddress().getPort());
			registry.register(service, MINUTE);
			eventually().untilAsserted(() -> assertThat(asked).contains("POST /Debug/Health application/json"));
			assertThat(registry.get("http")).containsExactly(service);
			status.set(503);
			eventually().untilAsserted(() -> assertThat(registry.get("http")).isEmpty());
			status.set(200);
			eventually().untilAsserted(() -> assertThat(registry.get("http")).containsExactly(service));
			other.register(service("http.other", node.getAddress().getPort()), Duration.ofMinutes(1));
			eventually().untilAsserted(() -> assertThat(asked).contains("GET /actuator/health?id=1 null"));
		}
		finally {
			node.stop(0);
		}
	}

	@Test
	void addressWithoutAPortCannotBeLookedAt() {
		try (Registry registry = open(options().withCheck(ConsulOptions.Check.tcp(SECOND)))) {
			assertThatIllegalArgumentException()
				.isThrownBy(() -> registry.register(Service.of("odd", "1", Node.of("odd-1", "_INBOX.x")), SECOND))
				.withMessageContaining("odd-1")
				.withMessageContaining("_INBOX.x");
		}
	}

	private JsonNode checks(String service) throws Exception {
		return this.api.get("/v1/health/checks/" + service);
	}

	private static HttpServer listen(HttpHandler handler) throws IOException {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.createContext("/", handler);
		server.start();
		return server;
	}

	private static Service service(String name, int port) {
		return Service.of(name, "1", Node.of(name + "-1", "127.0.0.1:" + port));
	}

	private static Registry open(ConsulOptions options) {
		return new ConsulRegistry(options);
	}

	private static ConsulOptions options() {
		return ConsulOptions.defaults().withAddress(CONSUL.address());
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
