package io.microspring.samples.test.figures;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.test.server.ServerRecipe;

/**
 * Measures how fast news travels through each registry: from a registration to the first
 * call that is answered, and from {@code kill -9} to the last pick of the dead node. It
 * starts the servers by itself. Arguments: how many rounds, and which registries; all
 * when there are none.
 */
public final class RegistryFigures {

	private static final Duration SETTLED = Duration.ofSeconds(3);

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final Map<String, Supplier<Scene>> SCENES = scenes();

	private final Registry registry;

	private final Client client;

	private final Scene scene;

	private RegistryFigures(Scene scene, Registry registry, Client client) {
		this.scene = scene;
		this.registry = registry;
		this.client = client;
	}

	private static Map<String, Supplier<Scene>> scenes() {
		Map<String, Supplier<Scene>> scenes = new LinkedHashMap<>();
		scenes.put("mdns", () -> KilledScene.alone("mdns"));
		scenes.put("consul", () -> KilledScene.with("consul", ServerRecipe.consul()));
		scenes.put("dns", RecordScene::new);
		scenes.put("etcd", () -> KilledScene.with("etcd", ServerRecipe.etcd()));
		scenes.put("gossip", KilledScene::gossip);
		scenes.put("kubernetes", PodScene::new);
		scenes.put("nats", () -> KilledScene.with("nats", ServerRecipe.nats("")));
		scenes.put("zookeeper", KilledScene::zooKeeper);
		return scenes;
	}

	/**
	 * Measures, and prints a row of the table in docs/registry.md for each registry.
	 * @param arguments how many rounds, and which registries
	 */
	public static void main(String[] arguments) throws Exception {
		int rounds = Integer.parseInt(arguments[0]);
		List<String> types = List.of(arguments).subList(1, arguments.length);
		for (String type : types.isEmpty() ? SCENES.keySet() : types) {
			Supplier<Scene> scene = SCENES.get(type);
			if (scene == null) {
				throw new IllegalArgumentException("Not " + type + ", but " + String.join(", ", SCENES.keySet()));
			}
			System.out.println(row(type, scene, rounds));
		}
		// Some drivers leave threads behind.
		System.exit(0);
	}

	private static String row(String type, Supplier<Scene> opening, int rounds) throws InterruptedException {
		List<Duration> calls = new ArrayList<>();
		List<Duration> picks = new ArrayList<>();
		try (Scene scene = opening.get();
				Registry registry = scene.open();
				Registry cached = Registry.cached(registry, CacheOptions.defaults());
				Client client = Client.builder(cached).build()) {
			RegistryFigures figures = new RegistryFigures(scene, cached, client);
			// The first round loads classes.
			for (int i = 0; i <= rounds; i++) {
				calls.add(figures.untilAnswered("figures.call" + i));
				picks.add(figures.untilMissed("figures.kill" + i));
			}
		}
		return "| `%s` | %s | %s |".formatted(type, told(calls.subList(1, calls.size())),
				told(picks.subList(1, picks.size())));
	}

	private static String told(List<Duration> all) {
		Collections.sort(all);
		Duration most = all.get(all.size() - 1);
		boolean seconds = most.toSeconds() > 0;
		return "%s%s (%s–%s)".formatted(number(all.get(all.size() / 2), seconds), seconds ? " s" : " ms",
				number(all.get(0), seconds), number(most, seconds));
	}

	private static String number(Duration duration, boolean seconds) {
		return seconds ? String.format(Locale.ROOT, "%.1f", duration.toMillis() / 1000.0)
				: Long.toString(duration.toMillis());
	}

	/** A caller asks again and again, long before a service appears. */
	private Duration untilAnswered(String name) throws InterruptedException {
		try (Scene.Party service = this.scene.service(name)) {
			long asking = System.nanoTime() + anyMoment();
			do {
				isAnswered(name);
				LockSupport.parkNanos(1_000_000);
			}
			while (System.nanoTime() - asking < 0);
			long start = System.nanoTime();
			Thread appearing = Threads.start("appear", service::appear);
			while (!isAnswered(name)) {
				requireBefore(start, name + " was never answered");
				LockSupport.parkNanos(1_000_000);
			}
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			appearing.join();
			return took;
		}
	}

	private boolean isAnswered(String name) {
		try {
			return this.client.call(Request.of(name, "Echo.Call", Map.of("text", "hello")), Map.class)
				.containsKey("text");
		}
		catch (MicroException ex) {
			return false;
		}
	}

	/** One of two nodes vanishes. */
	private Duration untilMissed(String name) throws InterruptedException {
		try (Scene.Party survivor = this.scene.service(name); Scene.Party victim = this.scene.victim(name)) {
			survivor.appear();
			awaitNodes(name, Set.of());
			Set<String> surviving = nodes(name);
			victim.appear();
			awaitNodes(name, surviving);
			// The cache asks once more when it has begun to watch: not what is measured.
			LockSupport.parkNanos(SETTLED.toNanos() + anyMoment());
			long start = System.nanoTime();
			Thread vanishing = Threads.start("vanish", victim::vanish);
			long last = start;
			while (System.nanoTime() - last < Duration.ofSeconds(1).toNanos()) {
				if (!surviving.containsAll(nodes(name))) {
					last = System.nanoTime();
				}
				requireBefore(start, name + " was never missed");
				LockSupport.parkNanos(1_000_000);
			}
			vanishing.join();
			return Duration.ofNanos(last - start);
		}
	}

	/** Waits until one more than these is known. */
	private void awaitNodes(String name, Set<String> known) {
		long start = System.nanoTime();
		while (known.containsAll(nodes(name))) {
			requireBefore(start, name + " was never seen");
			LockSupport.parkNanos(1_000_000);
		}
	}

	/** So that no moment between two renewals, or two questions, is always the same. */
	private static long anyMoment() {
		return ThreadLocalRandom.current().nextLong(Echo.TTL.toNanos());
	}

	private static void requireBefore(long start, String otherwise) {
		if (System.nanoTime() - start > PATIENCE.toNanos()) {
			throw new IllegalStateException(otherwise + " within " + PATIENCE.toSeconds() + " s");
		}
	}

	private Set<String> nodes(String name) {
		return this.registry.get(name)
			.stream()
			.flatMap((service) -> service.nodes().stream())
			.map(Node::id)
			.collect(Collectors.toSet());
	}

}
