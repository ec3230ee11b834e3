package io.microspring.plugins.registry.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.microspring.test.server.ServerRecipe;

/**
 * The records of a dnsmasq, and what it was asked. dnsmasq reads SRV and TXT records when
 * it starts only: whoever changes the zone restarts it.
 */
final class DnsZone {

	static final String DOMAIN = "fleet.test";

	private final Path zone;

	private final Path queries;

	private final Map<String, List<String>> records = new LinkedHashMap<>();

	DnsZone() {
		try {
			this.zone = Files.createTempFile("micro-dns", ".conf");
			this.queries = Files.createTempFile("micro-dns", ".log");
			this.zone.toFile().deleteOnExit();
			this.queries.toFile().deleteOnExit();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A server of this zone, and of nothing else.
	 * @param ttl how long its records live
	 * @param more further lines of its configuration
	 */
	ServerRecipe recipe(Duration ttl, String... more) {
		return ServerRecipe
			.dnsmasq(String.join("\n", "local=/" + DOMAIN + "/", "local-ttl=" + ttl.toSeconds(), "log-queries=extra",
					"log-facility=" + this.queries, "conf-file=" + this.zone, String.join("\n", more), ""));
	}

	synchronized void put(Service service) {
		for (Node node : service.nodes()) {
			put(service.name() + " " + node.id(), records(service, node));
		}
	}

	synchronized void remove(Service service) {
		service.nodes().forEach((node) -> this.records.remove(service.name() + " " + node.id()));
		write();
	}

	/** Lines of dnsmasq's configuration, in place of those of the same key. */
	synchronized void put(String key, List<String> lines) {
		this.records.put(key, lines);
		write();
	}

	synchronized void clear() {
		this.records.clear();
		write();
	}

	/** How often something was asked, such as {@code query[SRV] name}. */
	long asked(String what) {
		try {
			return Files.readAllLines(this.queries, StandardCharsets.ISO_8859_1)
				.stream()
				.filter((line) -> line.contains(what + " "))
				.count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<String> records(Service service, Node node) {
		String place = "_" + service.name() + "._tcp." + DOMAIN;
		String host = node.id() + "." + DOMAIN;
		String[] address = node.address().split(":");
		List<String> pairs = new ArrayList<>(List.of("node=" + node.id(), "version=" + service.version()));
		node.metadata().forEach((key, value) -> pairs.add(key + "=" + value));
		return List.of("srv-host=" + place + "," + host + "," + address[1], "host-record=" + host + "," + address[0],
				"txt-record=" + place + ",\"" + String.join("\",\"", pairs) + "\"");
	}

	private void write() {
		List<String> lines = this.records.values().stream().flatMap(List::stream).toList();
		try {
			Files.writeString(this.zone, String.join("\n", lines) + "\n");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
