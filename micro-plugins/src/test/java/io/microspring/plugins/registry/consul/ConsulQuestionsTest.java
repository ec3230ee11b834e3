package io.microspring.plugins.registry.consul;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.sun.net.httpserver.HttpServer;
import io.microspring.plugins.registry.consul.ConsulOptions.Consistency;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What is asked of Consul, on the wire. */
class ConsulQuestionsTest {

	private final List<String> asked = new CopyOnWriteArrayList<>();

	private final List<String> bodies = new CopyOnWriteArrayList<>();

	private volatile String names = "{\"consul\":[]}";

	private volatile Predicate<String> refused = (uri) -> false;

	private volatile long lastAsked;

	private HttpServer agent;

	@BeforeEach
	void start() throws Exception {
		this.agent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.agent.createContext("/", (exchange) -> {
			this.lastAsked = System.nanoTime();
			this.asked.add(exchange.getRequestURI().toString());
			this.bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
			boolean names = exchange.getRequestURI().getPath().equals("/v1/catalog/services");
			byte[] body = (names ? this.names : "[]").getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().set("Content-Type", "application/json");
			exchange.sendResponseHeaders(this.refused.test(exchange.getRequestURI().toString()) ? 403 : 200,
					body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		this.agent.start();
	}

	@AfterEach
	void stop() {
		this.agent.stop(0);
	}

	@Test
	void lookUpsSayHowFreshTheyHaveToBe() {
		assertThat(lookUp(Consistency.STALE)).allSatisfy((uri) -> assertThat(uri).contains("stale="));
		assertThat(lookUp(Consistency.CONSISTENT)).allSatisfy((uri) -> assertThat(uri).contains("consistent="));
		assertThat(lookUp(Consistency.DEFAULT))
			.allSatisfy((uri) -> assertThat(uri).doesNotContain("stale").doesNotContain("consistent"));
	}

	@Test
	void watchesDoNot() {
		for (Consistency consistency : Consistency.values()) {
			this.asked.clear();
			try (Registry registry = open(consistency)) {
				registry.watch("s", (change) -> {
				});
				registry.watch("", (change) -> {
				});
			}
			assertThat(this.asked).hasSizeGreaterThanOrEqualTo(2)
				.allSatisfy((uri) -> assertThat(uri).doesNotContain("stale").doesNotContain("consistent"));
		}
	}

	@Test
	void watchThatCannotBeginAsksNothingMore() {
		this.names = IntStream.range(0, 101)
			.mapToObj((i) -> "\"s" + i + "\":[]")
			.collect(Collectors.joining(",", "{", "}"));
		// The first hundred are asked for already when the next one is refused.
		this.refused = (uri) -> uri.startsWith("/v1/health/service/") && !uri.contains("wait=");
		try (Registry registry = open(Consistency.DEFAULT)) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.watch("", (change) -> {
			})).withMessageContaining("watch s");
			// Each would be asked again after a second.
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.until(() -> System.nanoTime() - this.lastAsked > Duration.ofSeconds(2).toNanos());
			assertThat(this.asked).filteredOn((uri) -> !this.refused.test(uri)).hasSizeGreaterThan(1);
		}
	}

	@Test
	void checksAreRegisteredWithTheTimeAfterWhichTheirNodesAreRemoved() {
		Duration minute = Duration.ofMinutes(1);
		ConsulOptions.Check http = ConsulOptions.Check.http("https://{host}:81/health?of={port}", minute);
		assertThat(check(options())).isEqualTo(json("{'TTL':'30s','DeregisterCriticalServiceAfter':'1m5s'}"));
		assertThat(check(options().withCheck(ConsulOptions.Check.tcp(minute.multipliedBy(2)))))
			.isEqualTo(json("{'TCP':'[::1]:80','Interval':'2m0s','Timeout':'5s','Status':'passing',"
					+ "'DeregisterCriticalServiceAfter':'2m5s'}"));
		assertThat(check(options().withCheck(http).withDeregisterCriticalAfter(Duration.ofMinutes(90))))
			.isEqualTo(json("{'HTTP':'https://[::1]:81/health?of=80','Interval':'1m0s','Timeout':'5s',"
					+ "'Status':'passing','DeregisterCriticalServiceAfter':'1h30m0s'}"));
	}

	private JsonNode check(ConsulOptions options) {
		this.bodies.clear();
		try (Registry registry = new ConsulRegistry(options)) {
			registry.register(Service.of("s", "1", Node.of("s-1", "[::1]:80")), Duration.ofSeconds(30));
		}
		JsonNode check = RegistryJson.JSON.readTree(this.bodies.get(0)).get("Check");
		((ObjectNode) check).removeIf(JsonNode::isNull);
		return check;
	}

	private static JsonNode json(String text) {
		return RegistryJson.JSON.readTree(text.replace('\'', '"'));
	}

	private List<String> lookUp(Consistency consistency) {
		this.asked.clear();
		try (Registry registry = open(consistency)) {
			registry.list();
			registry.get("s");
		}
		assertThat(this.asked).hasSize(2)
			.allSatisfy((uri) -> assertThat(uri).contains("dc=elsewhere"))
			.extracting((uri) -> uri.substring(0, uri.indexOf('?')))
			.containsExactly("/v1/catalog/services", "/v1/health/service/s");
		return this.asked;
	}

	private Registry open(Consistency consistency) {
		return new ConsulRegistry(options().withDatacenter("elsewhere").withConsistency(consistency));
	}

	private ConsulOptions options() {
		return ConsulOptions.defaults().withAddress("127.0.0.1:" + this.agent.getAddress().getPort());
	}

}
