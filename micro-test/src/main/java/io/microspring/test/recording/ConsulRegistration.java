package io.microspring.test.recording;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.InflaterInputStream;

import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A registration as an agent of Consul is sent it, with its tags read as go-micro's
 * registries read them.
 *
 * @param json the registration as it is
 * @param metadata the node's metadata, of the tags {@code t-}
 * @param endpoints the endpoints, of the tags {@code e-}, in their order
 * @param versions the versions, of the tags {@code v-}
 */
record ConsulRegistration(JsonNode json, Map<String, String> metadata, List<Endpoint> endpoints,
		List<String> versions) {

	/**
	 * Reads a registration.
	 * @throws IllegalArgumentException when a tag of go-micro's cannot be read
	 */
	static ConsulRegistration of(JsonNode json) {
		Map<String, String> metadata = new LinkedHashMap<>();
		List<Endpoint> endpoints = new ArrayList<>();
		List<String> versions = new ArrayList<>();
		for (JsonNode tag : json.path("Tags")) {
			String text = tag.stringValue();
			switch (text.substring(0, Math.min(2, text.length()))) {
				case "t-" -> metadata.putAll(RegistryJson.readMetadata(tree(inflated(text))));
				case "e-" -> endpoints.add(RegistryJson.readEndpoint(tree(inflated(text))));
				case "v-" -> versions.add(inflated(text));
				default -> {
					// Go passes over what it does not know.
				}
			}
		}
		return new ConsulRegistration(json, metadata, endpoints, versions);
	}

	String id() {
		return this.json.path("ID").asString("");
	}

	String name() {
		return this.json.path("Name").asString("");
	}

	/** Its time to live as Go writes it. */
	String ttl() {
		return this.json.path("Check").path("TTL").asString("");
	}

	/** The service that it stands for, with this node alone. */
	Service service() {
		String address = this.json.path("Address").asString("") + ":" + this.json.path("Port").asInt(0);
		return new Service(name(), String.join(" ", this.versions), Map.of(), this.endpoints,
				List.of(new Node(id(), address, this.metadata)));
	}

	/**
	 * How another registration differs, to those who read this one.
	 * @param ours the other
	 * @return a line for each difference
	 */
	List<String> differences(ConsulRegistration ours) {
		List<String> differences = new ArrayList<>();
		for (String field : List.of("ID", "Name", "Address", "Port")) {
			compare(field, this.json.path(field), ours.json.path(field), differences);
		}
		compare("t- tags", this.metadata, ours.metadata, differences);
		compare("e- tags", this.endpoints, ours.endpoints, differences);
		compare("v- tags", this.versions, ours.versions, differences);
		compare("Check", said(this.json.path("Check")), said(ours.json.path("Check")), differences);
		compare("Checks", said(this.json.path("Checks")), said(ours.json.path("Checks")), differences);
		if (this.json.has("Meta")) {
			// Only the newest generation writes it, and no one reads it.
			compare("Meta", RegistryJson.readMetadata(this.json.path("Meta")),
					RegistryJson.readMetadata(ours.json.path("Meta")), differences);
		}
		return differences;
	}

	private static void compare(String what, Object go, Object ours, List<String> differences) {
		if (!Objects.equals(go, ours)) {
			differences.add(what + " is " + ours + " for " + go);
		}
	}

	/** To Consul null says no more than nothing. */
	private static Map<String, JsonNode> said(JsonNode object) {
		Map<String, JsonNode> said = new LinkedHashMap<>();
		object.properties()
			.stream()
			.filter((entry) -> !entry.getValue().isNull())
			.forEach((entry) -> said.put(entry.getKey(), entry.getValue()));
		return said;
	}

	/** The registration as an agent answers that is asked for healthy services. */
	ObjectNode health() {
		ObjectNode entry = RegistryJson.JSON.createObjectNode();
		entry.putObject("Node").put("Node", "n1").put("Address", "127.0.0.1");
		ObjectNode service = entry.putObject("Service").put("ID", id()).put("Service", name());
		for (String field : List.of("Tags", "Address", "Port", "Meta")) {
			if (this.json.has(field)) {
				service.set(field, this.json.path(field));
			}
		}
		entry.putArray("Checks")
			.addObject()
			.put("Node", "n1")
			.put("CheckID", "service:" + id())
			.put("Status", "passing")
			.put("ServiceID", id())
			.put("ServiceName", name());
		return entry;
	}

	private static String inflated(String tag) {
		byte[] deflated = HexFormat.of().parseHex(tag.substring(2));
		try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalArgumentException("No tag of go-micro's: " + tag, ex);
		}
	}

	private static JsonNode tree(String text) {
		try {
			return RegistryJson.JSON.readTree(text);
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("No JSON in a tag of go-micro's: " + text, ex);
		}
	}

}
