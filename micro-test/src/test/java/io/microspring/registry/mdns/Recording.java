package io.microspring.registry.mdns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import tools.jackson.databind.JsonNode;

/**
 * What a go-micro program and its peer wrote.
 *
 * @param generation {@code v1}, {@code v2} or {@code head}
 * @param json the line of the recording
 */
record Recording(String generation, JsonNode json) {

	static final String SERVICE = "go.micro.srv.greeter";

	static Stream<Recording> all() {
		return Stream.of("v1", "v2", "head").flatMap(Recording::read);
	}

	/**
	 * Those of one kind: {@code register}, {@code deregister}, {@code getservice} or
	 * {@code listservices}.
	 */
	static Stream<Recording> of(String kind) {
		return all().filter((recording) -> recording.json.path("name").stringValue().equals("mdns-" + kind));
	}

	private static Stream<Recording> read(String generation) {
		List<Recording> recordings = new ArrayList<>();
		try (InputStream in = Recording.class.getResourceAsStream("/vectors/" + generation + "/mdns.jsonl");
				BufferedReader lines = new BufferedReader(
						new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
			lines.lines()
				.forEach((line) -> recordings.add(new Recording(generation, RegistryJson.JSON.readTree(line))));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return recordings.stream();
	}

	List<Packet> packets() {
		return this.json.path("packets").values().stream().map(Packet::of).toList();
	}

	/** What was sent to one asker alone. */
	List<Packet> answers() {
		return packets().stream().filter((packet) -> !packet.to.startsWith("224.")).toList();
	}

	/** What was sent to all and is no question. */
	List<Packet> announcements() {
		return packets().stream()
			.filter((packet) -> packet.to.startsWith("224.") && packet.message().isResponse())
			.toList();
	}

	Packet query() {
		return packets().get(0);
	}

	JsonNode clientResult() {
		return RegistryJson.JSON.readTree(this.json.path("client_result").stringValue());
	}

	/** What the Go client's user saw. */
	List<Service> servicesSeen() {
		return clientResult().path("service").values().stream().map(Recording::service).toList();
	}

	private static Service service(JsonNode json) {
		List<Endpoint> endpoints = json.path("endpoints").values().stream().map(RegistryJson::readEndpoint).toList();
		List<Node> nodes = json.path("nodes")
			.values()
			.stream()
			.map((node) -> new Node(node.path("id").stringValue(), node.path("address").stringValue(),
					RegistryJson.readMetadata(node.path("metadata"))))
			.toList();
		return new Service(json.path("name").stringValue(), json.path("version").stringValue(),
				RegistryJson.readMetadata(json.path("metadata")), endpoints, nodes);
	}

	@Override
	public String toString() {
		return this.generation + " " + this.json.path("case").stringValue();
	}

	/**
	 * One datagram.
	 *
	 * @param from the sender
	 * @param to the receiver
	 * @param bytes what was in it
	 * @param dns what another decoder made of it
	 */
	record Packet(String from, String to, byte[] bytes, JsonNode dns) {

		static Packet of(JsonNode json) {
			return new Packet(json.path("src").stringValue(), json.path("dst").stringValue(),
					HexFormat.of().parseHex(json.path("hex").stringValue()), json.path("dns"));
		}

		DnsMessage message() {
			return DnsMessage.decode(this.bytes);
		}

	}

}
