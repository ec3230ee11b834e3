package io.microspring.test.recording;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.test.recording.GoMdns.Datagram;
import tools.jackson.databind.JsonNode;

/**
 * Multicast DNS, at a port of its own on the loopback interface. As server, a registry of
 * ours registers what the Go program had registered: its probes, announcements, goodbyes
 * and answers to the Go client are compared with the recorded packets. As client, a
 * registry of ours is given those packets: what it finds and hears is compared with what
 * the Go client found.
 * <p>
 * v1 answers without repeating the question, so that newer generations do not see it; our
 * answer has to repeat it for all.
 */
final class MdnsFamily implements Family {

	/** How long anything is waited for; on a busy machine it takes its time. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** How long to listen for an answer too many. */
	private static final Duration SILENCE = Duration.ofMillis(200);

	/** A look-up is made again when answers got lost. */
	private static final int MOST_LOOK_UPS = 10;

	/** go-micro's time to live of a registration, unless told otherwise. */
	private static final Duration TTL = Duration.ofSeconds(60);

	/** go-micro's time to live of a record, in seconds. */
	private static final int RECORD_TTL = 120;

	@Override
	public String name() {
		return "mdns";
	}

	@Override
	public boolean needsTarget() {
		return false;
	}

	@Override
	public Finding asServer(Recording recording, String target) {
		MdnsScript script = MdnsScript.of(recording);
		return switch (script.kind()) {
			case "mdns-register" -> play((peer, registry) -> {
				script.services().forEach((service) -> registry.register(service, TTL));
				return tells(script.news(), peer);
			});
			case "mdns-deregister" -> play((peer, registry) -> {
				script.services().forEach((service) -> registry.register(service, TTL));
				script.services().forEach(registry::deregister);
				return tells(script.news(), peer);
			});
			case "mdns-getservice" -> play((peer, registry) -> {
				script.replies().forEach((reply) -> registry.register(Objects.requireNonNull(reply.service()), TTL));
				return answers(script, peer);
			});
			case "mdns-listservices" -> play((peer, registry) -> {
				script.replies()
					.stream()
					.flatMap((reply) -> reply.listed().stream())
					.map((name) -> Service.of(name, "latest", Node.of(name, "127.0.0.1:1")))
					.forEach((service) -> registry.register(service, TTL));
				return answers(script, peer);
			});
			default -> notPlayed(script);
		};
	}

	@Override
	public Finding asClient(Recording recording, Caller caller) {
		MdnsScript script = MdnsScript.of(recording);
		return switch (script.kind()) {
			case "mdns-register" -> play((peer, registry) -> hears(script, false, peer, registry));
			case "mdns-deregister" -> play((peer, registry) -> hears(script, true, peer, registry));
			case "mdns-getservice" -> play((peer, registry) -> {
				List<Service> seen = GoServices.read(recording.results().get(0).path("service"));
				return finds(script, peer, seen, () -> registry.get(seen.get(0).name()));
			});
			case "mdns-listservices" -> play((peer, registry) -> {
				List<String> seen = sorted(recording.results()
					.get(0)
					.path("services")
					.values()
					.stream()
					.map(JsonNode::stringValue)
					.toList());
				return finds(script, peer, seen, () -> sorted(registry.list().stream().map(Service::name).toList()));
			});
			default -> notPlayed(script);
		};
	}

	private static Finding notPlayed(MdnsScript script) {
		return Finding.notPlayed("no player for " + script.kind());
	}

	private static Finding play(Game game) {
		MdnsOptions options = MdnsOptions.defaults().withPort(GoMdns.freePort()).withTimeout(Duration.ofMillis(300));
		try (GoMdns peer = new GoMdns(options.port()); Registry registry = Registry.mdns(options)) {
			// Its look at the network is over before anything is compared.
			HealthReport health = registry.health();
			return Finding.of((health.state() == HealthReport.State.UP) ? game.play(peer, registry)
					: List.of(String.valueOf(health.detail())));
		}
	}

	/**
	 * What is told to everyone, until all that is expected has been. When goodbyes are
	 * expected, what was said before does not count.
	 */
	private static List<String> tells(List<DnsPacket> expected, GoMdns peer) {
		List<String> differences = new ArrayList<>();
		List<DnsPacket> missing = new ArrayList<>(expected);
		boolean goodbyes = expected.stream().allMatch(DnsPacket::isGoodbye);
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (!missing.isEmpty() && differences.isEmpty()) {
			Datagram heard = peer.hear(deadline);
			if (heard == null) {
				missing.forEach((packet) -> differences.add(packet.summary() + " was not sent"));
				break;
			}
			DnsPacket ours = heard.packet();
			if (!ours.isNews() || (goodbyes && !ours.isGoodbye())) {
				continue;
			}
			missing.removeIf((packet) -> packet.differences(ours).isEmpty());
			nearest(expected, ours, differences);
		}
		return differences;
	}

	/** Asks as the Go client did. */
	private static List<String> answers(MdnsScript script, GoMdns peer) {
		DnsPacket query = script.query().dns();
		List<DnsPacket> expected = script.replies().stream().map((reply) -> reply.answering(query)).toList();
		List<DnsPacket> missing = new ArrayList<>(expected);
		List<String> differences = new ArrayList<>();
		peer.ask(script.query().bytes());
		while (differences.isEmpty()) {
			Datagram answer = peer.answer(missing.isEmpty() ? SILENCE : PATIENCE);
			if (answer == null) {
				missing.forEach((reply) -> differences.add(reply.summary() + " did not come"));
				break;
			}
			DnsPacket ours = answer.packet();
			if (answer.from().getPort() != peer.port()) {
				differences.add("an answer from port " + answer.from().getPort() + " for " + peer.port());
			}
			if (ours.id() != 0) {
				differences.add("id " + ours.id() + " for 0");
			}
			nearest(expected, ours, differences);
			if (!missing.removeIf((reply) -> reply.differences(ours).isEmpty()) && differences.isEmpty()) {
				differences.add(ours.summary() + " came twice");
			}
		}
		return differences;
	}

	/** How a packet of ours differs from the recorded one that it is most like. */
	private static void nearest(List<DnsPacket> recorded, DnsPacket ours, List<String> differences) {
		List<String> fewest = recorded.stream()
			.map((packet) -> packet.differences(ours))
			.min(Comparator.comparingInt(List::size))
			.orElse(List.of());
		if (!fewest.isEmpty()) {
			differences.add(ours.summary() + ": " + String.join(", ", fewest));
		}
	}

	/** Tells everyone what the Go server told. */
	private static List<String> hears(MdnsScript script, boolean goodbyes, GoMdns peer, Registry registry) {
		BlockingQueue<Change> changes = new LinkedBlockingQueue<>();
		try (Registry.Watcher watcher = registry.watch("", changes::add)) {
			script.packets()
				.forEach((packet) -> peer
					.announce(goodbyes ? new DnsReader(packet.bytes()).living(RECORD_TTL) : packet.bytes()));
			List<String> differences = heard(Change.Action.CREATE, script, changes);
			if (goodbyes && differences.isEmpty()) {
				script.packets().forEach((packet) -> peer.announce(packet.bytes()));
				differences = heard(Change.Action.DELETE, script, changes);
			}
			return differences;
		}
	}

	private static List<String> heard(Change.Action action, MdnsScript script, BlockingQueue<Change> changes) {
		List<Change> expected = script.services().stream().map((service) -> new Change(action, service)).toList();
		List<Change> heard = new ArrayList<>();
		try {
			Change change = changes.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
			while (change != null) {
				heard.add(change);
				Duration wait = (heard.size() < expected.size()) ? PATIENCE : SILENCE;
				change = changes.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return heard.equals(expected) ? List.of() : List.of("the watcher heard " + heard + " for " + expected);
	}

	/** Answers as the Go server did. */
	private static <T> List<String> finds(MdnsScript script, GoMdns peer, List<T> expected, Supplier<List<T>> lookUp) {
		Queue<String> differences = new ConcurrentLinkedQueue<>();
		peer.serve((asked) -> serve(script, peer, asked, differences));
		List<T> found = List.of();
		for (int i = 0; i < MOST_LOOK_UPS && !found.equals(expected); i++) {
			found = lookUp.get();
		}
		if (!found.equals(expected)) {
			differences.add("found " + found + " for " + expected);
		}
		return differences.stream().distinct().toList();
	}

	private static void serve(MdnsScript script, GoMdns peer, Datagram asked, Queue<String> differences) {
		DnsPacket recorded = script.query().dns();
		DnsPacket ours = asked.packet();
		if (!ours.asksFor(recorded.questions().get(0))) {
			return;
		}
		recorded.differences(ours).forEach((difference) -> differences.add("the query: " + difference));
		if (asked.from().getPort() == peer.port()) {
			differences.add("the query came from port " + peer.port() + ", so that everyone gets the answer");
		}
		for (MdnsScript.Packet packet : script.packets()) {
			if (!packet.toEveryone()) {
				peer.reply(packet.bytes(), asked.from());
			}
			else if (packet.dns().isResponse()) {
				peer.announce(packet.bytes());
			}
		}
	}

	private static List<String> sorted(List<String> names) {
		return names.stream().sorted().toList();
	}

	/** What is played with a Go program and a registry of ours on one network. */
	@FunctionalInterface
	private interface Game {

		List<String> play(GoMdns peer, Registry registry);

	}

}
