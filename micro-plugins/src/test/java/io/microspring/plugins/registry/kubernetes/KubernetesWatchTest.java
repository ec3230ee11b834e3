package io.microspring.plugins.registry.kubernetes;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Change;
import io.microspring.registry.Change.Action;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryException;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Orders of events that a real API server shows by chance only.
 */
class KubernetesWatchTest {

	private static final Service FIRST = Service.of("s", "1", Node.of("s-1", "127.0.0.1:1"));

	private static final Service SECOND = Service.of("s", "1", Node.of("s-2", "127.0.0.1:2"));

	private static final String GONE = """
			{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired",\
			"message":"too old resource version: 7 (80)","code":410}}""";

	private final Played played = new Played();

	private final List<Change> changes = new CopyOnWriteArrayList<>();

	private KubernetesRegistry registry;

	@BeforeEach
	void start() throws IOException {
		this.played.start();
		this.registry = new KubernetesRegistry(this.played.options());
	}

	@AfterEach
	void stop() {
		this.registry.close();
		this.played.stop();
	}

	@Test
	void watchGoesOnAfterTheListing() throws Exception {
		this.played.holds("7", FIRST);
		this.registry.watch("s", this.changes::add);
		Stream stream = this.played.nextStream();
		assertThat(stream.query()).contains("resourceVersion=7", "labelSelector=micro.mu/selector-s=service");
		stream.tell(event("ADDED", SECOND));
		stream.tell(event("MODIFIED", SECOND));
		stream.tell("{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":"
				+ "{\"resourceVersion\":\"9\"}}}");
		stream.tell(event("DELETED", FIRST));
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(new Change(Action.CREATE, FIRST),
				new Change(Action.CREATE, SECOND), new Change(Action.DELETE, FIRST)));
	}

	@Test
	void watchWhoseHistoryIsGoneListsAgain() throws Exception {
		this.played.holds("7", FIRST);
		this.registry.watch("s", this.changes::add);
		Stream former = this.played.nextStream();
		this.played.holds("90", SECOND);
		former.tell(GONE);
		Stream present = this.played.nextStream();
		assertThat(present.query()).contains("resourceVersion=90");
		present.tell(event("DELETED", SECOND));
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(new Change(Action.CREATE, FIRST),
				new Change(Action.DELETE, FIRST), new Change(Action.CREATE, SECOND),
				new Change(Action.DELETE, SECOND)));
	}

	@Test
	void watchThatEndsOrBreaksOrTalksNonsenseIsBegunAgain() throws Exception {
		this.played.holds("7", FIRST);
		this.registry.watch("s", this.changes::add);
		this.played.nextStream().end();
		this.played.nextStream().tell("{\"type\":\"ADDED\",\"object\":7}");
		// From here on the cluster is another one, whose history is shorter.
		this.played.holds("3", FIRST, SECOND);
		this.played.failing = 2;
		Stream broken = this.played.nextStream();
		broken.end();
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(new Change(Action.CREATE, FIRST),
				new Change(Action.CREATE, SECOND)));
	}

	@Test
	void watchIsBelievedForAWhileOnly() throws Exception {
		this.played.holds("7", FIRST);
		try (KubernetesRegistry doubting = new KubernetesRegistry(this.played.options(), Duration.ofSeconds(1))) {
			doubting.watch("s", this.changes::add);
			Stream silent = this.played.nextStream();
			this.played.holds("8", SECOND);
			this.played.nextStream();
			eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(new Change(Action.CREATE, FIRST),
					new Change(Action.DELETE, FIRST), new Change(Action.CREATE, SECOND)));
			silent.end();
		}
	}

	@Test
	void listingIsReadPageByPageAndBeginsAnewWhenItsBeginningIsForgotten() {
		this.played.holds("7", FIRST, SECOND);
		this.played.pageSize = 1;
		assertThat(this.registry.get("s")).flatExtracting(Service::nodes).hasSize(2);
		this.played.forgetful = true;
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.registry.get("s"))
			.withMessageContaining("410");
	}

	@Test
	void apiServerThatDoesNotAnswerIsGivenUpInTime() {
		this.played.silent = true;
		try (KubernetesRegistry impatient = new KubernetesRegistry(
				this.played.options().withTimeout(Duration.ofMillis(300)))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> impatient.get("s"))
				.withMessageContaining("cannot be reached to look up s");
		}
	}

	@Test
	void watcherThatIsClosedIsToldNoMore() throws Exception {
		this.played.holds("7", FIRST);
		var watcher = this.registry.watch("s", this.changes::add);
		Stream stream = this.played.nextStream();
		eventually().until(() -> this.changes.size() == 1);
		watcher.close();
		// What is written to a connection that is closed fails, sooner or later.
		eventually().until(() -> !stream.tell(event("ADDED", SECOND)));
		assertThat(this.changes).hasSize(1);
	}

	private static String event(String type, Service service) {
		return "{\"type\":\"" + type + "\",\"object\":" + pod(service) + "}";
	}

	private static String pod(Service service) {
		return RegistryJson.JSON.writeValueAsString(Map.of("kind", "Pod", "apiVersion", "v1", "metadata",
				Map.of("name", service.nodes().get(0).id(), "resourceVersion", "8", "annotations",
						Map.of("micro.mu/service-s", RegistryJson.write(service))),
				"status", Map.of("phase", "Running")));
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

	/** An API server that says what it is told to, and speaks no WebSocket. */
	private static final class Played {

		private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();

		private final CountDownLatch over = new CountDownLatch(1);

		private final ExecutorService threads = Threads.executor(ExecutorMode.POOL, "api-server");

		private HttpServer server;

		private volatile String version = "1";

		private volatile List<String> pods = List.of();

		private volatile int pageSize = Integer.MAX_VALUE;

		private volatile boolean forgetful;

		private volatile boolean silent;

		private volatile int failing;

		void start() throws IOException {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			this.server.setExecutor(this.threads);
			this.server.createContext("/api/v1/namespaces/default/pods", this::answer);
			this.server.start();
		}

		void stop() {
			this.over.countDown();
			this.server.stop(0);
			this.threads.shutdownNow();
		}

		KubernetesOptions options() {
			return KubernetesOptions.defaults()
				.withAddress("http://127.0.0.1:" + this.server.getAddress().getPort())
				.withTimeout(Duration.ofSeconds(10));
		}

		void holds(String version, Service... services) {
			this.pods = List.of(services).stream().map(KubernetesWatchTest::pod).toList();
			this.version = version;
		}

		Stream nextStream() throws InterruptedException {
			Stream stream = this.streams.poll(40, TimeUnit.SECONDS);
			assertThat(stream).isNotNull();
			return stream;
		}

		private void answer(HttpExchange exchange) throws IOException {
			String query = exchange.getRequestURI().getQuery();
			if (exchange.getRequestHeaders().containsKey("Upgrade")) {
				answer(exchange, 503, "{}");
			}
			else if (query.contains("watch=true")) {
				exchange.sendResponseHeaders(200, 0);
				exchange.getResponseBody().flush();
				this.streams.add(new Stream(query, exchange));
			}
			else if (this.failing-- > 0) {
				answer(exchange, 500, "{}");
			}
			else {
				list(exchange, query);
			}
		}

		private void list(HttpExchange exchange, String query) throws IOException {
			if (this.silent) {
				try {
					this.over.await(1, TimeUnit.MINUTES);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
			int from = query.contains("continue=") ? Integer.parseInt(query.replaceAll(".*continue=(\\d+).*", "$1"))
					: 0;
			if (from > 0 && this.forgetful) {
				answer(exchange, 410,
						"{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":410}");
				return;
			}
			List<String> page = new ArrayList<>(this.pods.subList(from, this.pods.size()));
			boolean more = page.size() > this.pageSize;
			List<String> items = more ? page.subList(0, this.pageSize) : page;
			answer(exchange, 200,
					"{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"" + this.version
							+ "\",\"continue\":\"" + (more ? String.valueOf(from + this.pageSize) : "")
							+ "\"},\"items\":[" + String.join(",", items) + "]}");
		}

		private static void answer(HttpExchange exchange, int status, String text) throws IOException {
			byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().add("Content-Type", "application/json");
			exchange.sendResponseHeaders(status, bytes.length);
			try (OutputStream body = exchange.getResponseBody()) {
				body.write(bytes);
			}
		}

	}

	/**
	 * One that watches.
	 *
	 * @param query how it asked
	 * @param exchange by which it is answered
	 */
	private record Stream(String query, HttpExchange exchange) {

		/** Whether there still is somebody. */
		boolean tell(String event) {
			try {
				this.exchange.getResponseBody().write((event + "\n").getBytes(StandardCharsets.UTF_8));
				this.exchange.getResponseBody().flush();
				return true;
			}
			catch (IOException ex) {
				return false;
			}
		}

		void end() {
			this.exchange.close();
		}

	}

}
