package io.microspring.samples.test.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.plugins.registry.etcd.EtcdOptions;
import io.microspring.plugins.registry.etcd.EtcdRegistry;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Registry;
import io.microspring.samples.test.faults.Load.Caller;
import io.microspring.samples.test.faults.Load.Ended;
import io.microspring.samples.test.faults.Load.Kind;
import io.microspring.selector.EjectionOptions;
import io.microspring.selector.Selector;
import io.microspring.selector.SelectorOptions;
import io.microspring.test.process.JavaProcess;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.awaitility.Awaitility.await;

/**
 * Five greeters, each a process, under a constant load of one process, half of it over
 * shared connections, the rest over HTTP/1.1 and gRPC: what fails while they are killed,
 * stopped, paused and restarted, and while the registry is away. Everything is as it is
 * by default, but for how long a node that failed is out.
 */
class FaultTest {

	@RegisterExtension
	static final ExternalServer ETCD = new ExternalServer(ServerRecipe.etcd());

	private static final int NODES = 5;

	private static final int CALLS_PER_SECOND = 120;

	/** How long the registry is away. */
	private static final Duration CUT = Duration.ofSeconds(Integer.getInteger("micro.test.faults.cut", 30));

	/** Longer than the deadline of a call, so that one sent to who is paused fails. */
	private static final Duration PAUSE = Duration.ofSeconds(7);

	/**
	 * Shorter than by default, so that nodes which came back are not waited for so long.
	 */
	private static final Duration EJECTION = Duration.ofSeconds(3);

	private static final Duration MOMENT = Duration.ofSeconds(3);

	/**
	 * Calls to a paused node that may fail for one client, when they must not be retried.
	 */
	private static final int MOST_LOST_TO_A_PAUSE = 3;

	private final Map<String, JavaProcess> nodes = new LinkedHashMap<>();

	private final Map<String, String> addresses = new LinkedHashMap<>();

	private final List<Phase> phases = new ArrayList<>();

	@TempDir
	private Path directory;

	private Registry registry;

	private Registry cache;

	private Selector selector;

	private Client client;

	private Client withoutSharing;

	private Load load;

	@BeforeEach
	void start() {
		for (int i = 1; i <= NODES; i++) {
			this.addresses.put("node-" + i, "127.0.0.1:0");
		}
		this.addresses.keySet().forEach(this::launch);
		this.addresses.keySet().forEach(this::awaitServing);
		this.registry = new EtcdRegistry(EtcdOptions.defaults().withAddress(ETCD.address()));
		this.cache = Registry.cached(this.registry, CacheOptions.defaults());
		this.selector = Selector.of(this.cache, SelectorOptions.defaults()
			.withEjection(EjectionOptions.defaults().withDuration(EJECTION, EJECTION.multipliedBy(2))));
		this.client = Client.builder(this.registry).selector(this.selector).name("caller").build();
		this.withoutSharing = Client.builder(this.registry)
			.selector(this.selector)
			.options(ClientOptions.defaults().withMultiplex(false))
			.build();
		await().until(() -> this.registry.get(GreeterNode.SERVICE)
			.stream()
			.mapToInt((service) -> service.nodes().size())
			.sum() == NODES);
		List<Caller> callers = List.of(new Caller(this.client, "auto"), new Caller(this.withoutSharing, "mucp"),
				new Caller(this.client, "auto"), new Caller(this.client, "grpc"));
		// Starting takes its time, the more so on a machine that does much else.
		callers.forEach((caller) -> this.addresses.values().forEach(caller::warmUp));
		this.load = new Load(callers, CALLS_PER_SECOND);
	}

	@AfterEach
	void stop() {
		this.load.close();
		this.client.close();
		this.withoutSharing.close();
		this.selector.close();
		this.cache.close();
		this.registry.close();
		this.nodes.values().parallelStream().forEach(JavaProcess::close);
	}

	@Test
	@Timeout(value = 5, unit = TimeUnit.MINUTES)
	@SuppressWarnings("checkstyle:RegexpSinglelineJava")
	void callsSurviveNodesThatComeGoHangAndReturnAndARegistryThatIsAway() throws IOException {
		this.load.start();
		pass(Duration.ofSeconds(3));
		this.selector.reset(GreeterNode.SERVICE);

		phase("all five", () -> pass(MOMENT));
		long[] killed = new long[1];
		phase("kill -9 node-1", () -> {
			this.nodes.get("node-1").kill();
			killed[0] = System.nanoTime();
			pass(MOMENT);
		});
		phase("stop node-2", () -> {
			this.nodes.get("node-2").close();
			pass(MOMENT);
		});
		phase("pause node-3", () -> {
			this.nodes.get("node-3").pause();
			pass(PAUSE);
		});
		phase("node-3 goes on", () -> {
			this.nodes.get("node-3").resume();
			awaitAnswerOf("node-3");
			pass(MOMENT);
		});
		phase("restart 4, start 1", () -> {
			this.nodes.get("node-4").close();
			launch("node-4");
			launch("node-1");
			awaitAnswerOf("node-4");
			awaitAnswerOf("node-1");
			pass(MOMENT);
		});
		phase("etcd away for " + CUT.toSeconds() + " s", () -> {
			ETCD.kill();
			pass(CUT);
		});
		phase("etcd back, start 2", () -> {
			ETCD.start();
			launch("node-2");
			awaitAnswerOf("node-2");
			pass(MOMENT);
		});
		this.load.close();
		phase("the rest", () -> await().until(() -> this.load.underWay() == 0));

		System.out.println("\n" + Phase.table(this.phases));
		verify(killed[0]);
	}

	private void verify(long killed) throws IOException {
		Assertions.setMaxElementsForPrinting(10);
		SoftAssertions softly = new SoftAssertions();
		for (Phase phase : this.phases) {
			List<Ended> others = phase.failed(Kind.OTHER);
			softly.assertThat(phase.failed(Kind.IDEMPOTENT)).as(phase.name() + ", idempotent").isEmpty();
			if (phase.name().startsWith("kill")) {
				softly.assertThat(others)
					.as(phase.name() + ", others: only those under way")
					.allMatch((call) -> call.started() < killed && atNode(call, "node-1"));
			}
			else if (phase.name().startsWith("pause")) {
				softly.assertThat(others)
					.as(phase.name() + ", others: only those sent before it was noticed")
					.hasSizeLessThanOrEqualTo(MOST_LOST_TO_A_PAUSE)
					.allMatch((call) -> atNode(call, "node-3"));
			}
			else {
				softly.assertThat(others).as(phase.name() + ", others").isEmpty();
			}
		}
		Phase last = this.phases.get(this.phases.size() - 2);
		softly.assertThat(last.answeredBy().keySet()).as("who answers in the end").hasSize(NODES);
		try (Stream<Path> files = Files.list(this.directory)) {
			List<String> booked = files.flatMap((file) -> lines(file).stream()).toList();
			softly.assertThat(booked).as("executed").doesNotHaveDuplicates();
		}
		softly.assertAll();
	}

	private boolean atNode(Ended call, String node) {
		return call.error() != null && call.error().detail().contains(" at " + address(node));
	}

	private void phase(String name, Runnable action) {
		long retries = retries();
		int before = this.load.ended().size();
		action.run();
		List<Ended> ended = this.load.ended();
		this.phases.add(new Phase(name, retries() - retries, ended.subList(before, ended.size())));
	}

	private long retries() {
		return this.client.stats().retries() + this.withoutSharing.stats().retries();
	}

	private void awaitAnswerOf(String node) {
		long since = System.nanoTime();
		await().atMost(Duration.ofSeconds(30))
			.until(() -> this.load.ended()
				.stream()
				.anyMatch((call) -> call.started() > since && node.equals(call.node())));
	}

	private void launch(String id) {
		this.nodes.put(id, JavaProcess.start(List.of("-Xmx64m"), GreeterNode.class, ETCD.address(), id, address(id),
				this.directory.resolve(id).toString()));
	}

	private void awaitServing(String id) {
		String line = this.nodes.get(id).awaitLine("^serving on ");
		this.addresses.put(id, line.substring("serving on ".length()));
	}

	private String address(String id) {
		return this.addresses.get(id);
	}

	private static List<String> lines(Path file) {
		try {
			return Files.readAllLines(file);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The calls go on meanwhile. */
	private static void pass(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

}
