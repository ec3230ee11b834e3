package io.microspring.plugins.registry.consul;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Orders of events that a real agent shows by chance only. */
class ConsulWatchTest {

	private static final Service SERVICE = Service.of("s", "", Node.of("s-1", "127.0.0.1:1"));

	private static final String ENTRY = "[{\"Node\":{},\"Service\":{\"ID\":\"s-1\",\"Address\":\"127.0.0.1\",\"Port\":1},\"Checks\":[]}]";

	private static final Pattern INDEX = Pattern.compile("index=(\\d+)");

	private static final Change CAME = new Change(Change.Action.CREATE, SERVICE);

	private static final Change WENT = new Change(Change.Action.DELETE, SERVICE);

	private final List<String> asked = new CopyOnWriteArrayList<>();

	private final List<Change> changes = new CopyOnWriteArrayList<>();

	private final Map<String, Reply> replies = new ConcurrentHashMap<>();

	private volatile boolean stopped;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "agent");

	private HttpServer agent;

	private ConsulRegistry registry;

	@BeforeEach
	void start() throws IOException {
		this.agent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.agent.createContext("/", this::answer);
		this.agent.setExecutor(this.executor);
		this.agent.start();
		this.registry = new ConsulRegistry(
				ConsulOptions.defaults().withAddress("127.0.0.1:" + this.agent.getAddress().getPort()));
	}

	@AfterEach
	void stop() {
		this.registry.close();
		this.stopped = true;
		this.agent.stop(0);
		this.executor.shutdown();
	}

	@Test
	void serviceThatLeavesTheCatalogueFirstIsToldOf() {
		when("/v1/catalog/services", 0, 1, "{\"s\":[]}");
		when("/v1/health/service/s", 0, 1, ENTRY);
		this.registry.watch("", this.changes::add);
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(CAME));
		when("/v1/catalog/services", 1, 2, "{}");
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(CAME, WENT));
	}

	@Test
	void indexThatWentBackIsAskedFromTheBeginning() {
		when("/v1/health/service/s", 0, 7, "[]");
		this.registry.watch("s", this.changes::add);
		when("/v1/health/service/s", 0, 4, ENTRY);
		when("/v1/health/service/s", 7, 3, "[]");
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(CAME));
		eventually().untilAsserted(() -> assertThat(this.asked).containsExactly("/v1/health/service/s?0",
				"/v1/health/service/s?7", "/v1/health/service/s?0", "/v1/health/service/s?4"));
	}

	@Test
	void agentThatDoesNotHoldBackIsNotAskedWithoutEnd() {
		when("/v1/health/service/s", 0, 5, ENTRY);
		when("/v1/health/service/s", 5, 5, ENTRY);
		this.registry.watch("s", this.changes::add);
		eventually().during(Duration.ofMillis(700)).until(() -> this.asked.size() <= 3);
		assertThat(this.changes).containsExactly(CAME);
	}

	/** What is answered to whom asks for news since an index; others wait. */
	private void when(String path, long index, long newIndex, String body) {
		this.replies.put(path + "?" + index, new Reply(newIndex, body));
	}

	private void answer(HttpExchange exchange) throws IOException {
		Matcher index = INDEX.matcher(exchange.getRequestURI().getQuery());
		String question = exchange.getRequestURI().getPath() + "?" + (index.find() ? index.group(1) : "none");
		this.asked.add(question);
		Awaitility.await()
			.forever()
			.pollInterval(Duration.ofMillis(10))
			.until(() -> this.stopped || this.replies.containsKey(question));
		Reply reply = this.replies.getOrDefault(question, new Reply(0, "[]"));
		byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.getResponseHeaders().set("X-Consul-Index", String.valueOf(reply.index()));
		exchange.sendResponseHeaders(200, body.length);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

	private record Reply(long index, String body) {

	}

}
