package io.microspring.samples.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.plugins.Plugins;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.service.MicroService;
import io.microspring.test.process.JavaProcess;

/**
 * Measures how fast news travels through a registry: from a registration to the first
 * call that is answered, and from {@code kill -9} to the last pick of the dead node.
 * Arguments: the registry's type and address, and how many rounds.
 */
final class RegistryFigures {

	private static final Duration TTL = Duration.ofSeconds(5);

	private static final Duration INTERVAL = Duration.ofSeconds(2);

	private static final Duration SETTLED = Duration.ofSeconds(3);

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private RegistryFigures() {
	}

	/**
	 * Measures.
	 * @param arguments type, address and number of rounds
	 */
	public static void main(String[] arguments) throws Exception {
		String type = arguments[0];
		String address = arguments[1];
		int rounds = Integer.parseInt(arguments[2]);
		List<Duration> calls = new ArrayList<>();
		List<Duration> picks = new ArrayList<>();
		try (Registry registry = open(type, address); Client client = Client.builder(registry).build()) {
			for (int i = 0; i < rounds; i++) {
				// The first round loads classes.
				addUnlessFirst(calls, i, untilAnswered(type, address, client, "figures.call" + i));
				addUnlessFirst(picks, i, untilMissed(type, address, registry, "figures.kill" + i));
			}
		}
		System.out.printf(Locale.ROOT, "%s: registered to first answer %s, killed to last wrong pick %s%n", type,
				told(calls), told(picks));
		System.exit(0);
	}

	private static void addUnlessFirst(List<Duration> all, int round, Duration one) {
		if (round > 0) {
			all.add(one);
		}
	}

	private static String told(List<Duration> all) {
		Collections.sort(all);
		return "median %d ms (%d to %d, %d rounds)".formatted(all.get(all.size() / 2).toMillis(), all.get(0).toMillis(),
				all.get(all.size() - 1).toMillis(), all.size());
	}

	private static Registry open(String type, String address) {
		return Registry.cached(Plugins.catalogue().registry(type, address), CacheOptions.defaults());
	}

	/** A caller asks again and again while a service registers in another registry. */
	private static Duration untilAnswered(String type, String address, Client client, String name) throws Exception {
		try (Registry other = open(type, address); MicroService service = service(name, other)) {
			service.server().start();
			long start = System.nanoTime();
			Thread starting = Threads.start("start", service::start);
			while (!isAnswered(client, name)) {
				LockSupport.parkNanos(1_000_000);
			}
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			starting.join();
			return took;
		}
	}

	private static boolean isAnswered(Client client, String name) {
		try {
			return client.call(Request.of(name, "Echo.Call", Map.of("text", "hello")), Map.class).containsKey("text");
		}
		catch (MicroException ex) {
			return false;
		}
	}

	/** A process is killed while another one of the service lives on. */
	private static Duration untilMissed(String type, String address, Registry registry, String name) throws Exception {
		try (Registry other = open(type, address);
				MicroService survivor = service(name, other);
				JavaProcess victim = JavaProcess.start(Victim.class, type, address, name)) {
			survivor.start();
			victim.awaitLine("registered");
			long deadline = System.nanoTime() + PATIENCE.toNanos();
			while (nodes(registry, name) < 2 && System.nanoTime() < deadline) {
				LockSupport.parkNanos(1_000_000);
			}
			// The cache asks once more when it has begun to watch: not what is measured.
			LockSupport.parkNanos(SETTLED.toNanos());
			victim.kill();
			long start = System.nanoTime();
			long last = start;
			while (System.nanoTime() - last < Duration.ofSeconds(1).toNanos() && System.nanoTime() < deadline) {
				if (nodes(registry, name) > 1) {
					last = System.nanoTime();
				}
				LockSupport.parkNanos(1_000_000);
			}
			return Duration.ofNanos(last - start);
		}
	}

	private static int nodes(Registry registry, String name) {
		return registry.get(name).stream().map(Service::nodes).mapToInt(List::size).sum();
	}

	private static MicroService service(String name, Registry registry) {
		return MicroService.named(name)
			.registry(registry)
			.broker(Broker.memory())
			.address("127.0.0.1:0")
			.register(TTL, INTERVAL)
			.handle(new Echo())
			.handleSignals(false)
			.build();
	}

	/** What is called. */
	public static final class Echo {

		/**
		 * Answers.
		 * @param in what came
		 * @return the same
		 */
		public Map<String, String> call(Map<String, String> in) {
			return in;
		}

	}

	/** A service in a process that is killed. */
	static final class Victim {

		private Victim() {
		}

		/**
		 * Registers and waits.
		 * @param arguments type and address of the registry, name of the service
		 */
		public static void main(String[] arguments) {
			MicroService service = service(arguments[2], open(arguments[0], arguments[1]));
			service.start();
			System.out.println("registered");
			LockSupport.park();
		}

	}

}
