package io.microspring.plugins.registry.consul;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** A Consul that knows many, of which each client may have 200 connections. */
class ConsulFleetTest {

	@RegisterExtension
	static final ExternalServer CONSUL = new ExternalServer(ServerRecipe.consul());

	private static final Logger log = LoggerFactory.getLogger(ConsulFleetTest.class);

	private static final int SERVICES = 1000;

	private static final int NODES = 10;

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ConsulApi api = new ConsulApi(CONSUL.address(), "");

	@Test
	void thousandServicesOfTenNodesAreListedAndWatched() throws Exception {
		CONSUL.requireOurs();
		fill();
		Set<String> known = ConcurrentHashMap.newKeySet();
		try (Registry registry = open(); Registry other = open()) {
			long began = System.nanoTime();
			assertThat(registry.list()).hasSize(SERVICES + 1);
			log.info("listed after {} ms", millisSince(began));
			assertThat(registry.get("fleet.7")).flatExtracting(Service::nodes).hasSize(NODES);
			began = System.nanoTime();
			registry.watch("", (change) -> change.service().nodes().forEach((node) -> {
				if (change.action() == Change.Action.DELETE) {
					known.remove(node.id());
				}
				else {
					known.add(node.id());
				}
			}));
			eventually().untilAsserted(() -> assertThat(known).hasSize(SERVICES * NODES + 1));
			log.info("watched, and all of them told, after {} ms", millisSince(began));
			Service late = Service.of("fleet.999", "1", Node.of("late", "127.0.0.1:1"));
			began = System.nanoTime();
			other.register(late, MINUTE);
			eventually().until(() -> known.contains("late"));
			log.info("registration to first seen: {} ms", millisSince(began));
			began = System.nanoTime();
			this.api.put("/v1/agent/check/fail/service:late", "");
			eventually().until(() -> !known.contains("late"));
			log.info("critical to no longer seen: {} ms", millisSince(began));
			assertThat(known).hasSize(SERVICES * NODES + 1);
		}
	}

	/** As many others have registered them, at another agent. */
	private void fill() throws Exception {
		StringBuilder operations = new StringBuilder(
				"[{\"Node\":{\"Verb\":\"set\",\"Node\":{\"Node\":\"elsewhere\",\"Address\":\"127.0.0.2\"}}}");
		int count = 1;
		for (int i = 0; i < SERVICES * NODES; i++) {
			operations.append("""
					,{"Service":{"Verb":"set","Node":"elsewhere","Service":{"ID":"fleet.%d-%d","Service":"fleet.%d",\
					"Address":"127.0.0.2","Port":%d}}}""".formatted(i / NODES, i % NODES, i / NODES, 1 + i));
			// Consul takes 128 at once.
			if (++count == 128 || i == SERVICES * NODES - 1) {
				this.api.put("/v1/txn", operations.append("]").toString());
				operations = new StringBuilder("[{\"Node\":{\"Verb\":\"get\",\"Node\":{\"Node\":\"elsewhere\"}}}");
				count = 1;
			}
		}
	}

	private static Registry open() {
		return new ConsulRegistry(ConsulOptions.defaults().withAddress(CONSUL.address()).withTimeout(MINUTE));
	}

	private static long millisSince(long start) {
		return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
	}

}
