package io.microspring.registry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON form of what registries hold, one for all that store JSON (protocol reference
 * §7.1): what is absent is {@code null}, and on reading null, nothing and a value of
 * another kind all count as absent, because one odd entry must not hide a service.
 * <p>
 * Thread-safe. go-micro: the {@code json} tags of {@code registry.Service} and what it
 * consists of.
 */
public final class RegistryJson {

	/** Reads the trees. */
	public static final JsonMapper JSON = JsonMapper.builder().build();

	/** go-micro goes no deeper than three; whoever sends more is cut off. */
	private static final int MAX_DEPTH = 16;

	private RegistryJson() {
	}

	/**
	 * An endpoint as JSON.
	 * @param endpoint the endpoint
	 * @return {@code {"name","request","response","metadata"}}
	 */
	public static String write(Endpoint endpoint) {
		return text(RegistryJsonWriter.write((out) -> RegistryJsonWriter.write(endpoint, out)));
	}

	/**
	 * A service as JSON.
	 * @param service the service
	 * @return {@code {"name","version","metadata","endpoints","nodes"}}
	 */
	public static String write(Service service) {
		return text(RegistryJsonWriter.write((out) -> RegistryJsonWriter.write(service, out)));
	}

	/**
	 * Metadata as JSON.
	 * @param metadata the metadata
	 * @return the object
	 */
	public static String write(Map<String, String> metadata) {
		return text(RegistryJsonWriter.write((out) -> {
			out.writeStartObject();
			metadata.forEach(out::writeStringProperty);
			out.writeEndObject();
		}));
	}

	private static String text(byte[] json) {
		return new String(json, StandardCharsets.UTF_8);
	}

	/**
	 * A service from JSON.
	 * @param json the JSON
	 * @return the service, with an empty name when the JSON has none, and without
	 * endpoints that have no name and nodes that have no id
	 */
	public static Service readService(JsonNode json) {
		List<Endpoint> endpoints = new ArrayList<>();
		for (JsonNode child : json.path("endpoints").values()) {
			Endpoint endpoint = readEndpoint(child);
			if (!endpoint.name().isEmpty()) {
				endpoints.add(endpoint);
			}
		}
		List<Node> nodes = new ArrayList<>();
		for (JsonNode child : json.path("nodes").values()) {
			Node node = new Node(text(child, "id"), text(child, "address"), readMetadata(child.path("metadata")));
			if (!node.id().isEmpty()) {
				nodes.add(node);
			}
		}
		return new Service(text(json, "name"), text(json, "version"), readMetadata(json.path("metadata")), endpoints,
				nodes);
	}

	/**
	 * An endpoint from JSON.
	 * @param json the JSON
	 * @return the endpoint, with an empty name when the JSON has none
	 */
	public static Endpoint readEndpoint(JsonNode json) {
		return new Endpoint(text(json, "name"), readValue(json.path("request"), MAX_DEPTH),
				readValue(json.path("response"), MAX_DEPTH), readMetadata(json.path("metadata")));
	}

	/**
	 * Metadata from JSON.
	 * @param json the JSON
	 * @return the metadata, without values that are no strings
	 */
	public static Map<String, String> readMetadata(JsonNode json) {
		Map<String, String> metadata = new LinkedHashMap<>();
		json.properties().forEach((entry) -> {
			if (entry.getValue().isString()) {
				metadata.put(entry.getKey(), entry.getValue().stringValue());
			}
		});
		return metadata;
	}

	private static @Nullable Value readValue(JsonNode json, int depth) {
		if (!json.isObject()) {
			return null;
		}
		List<Value> values = new ArrayList<>();
		for (JsonNode child : (depth > 1) ? json.path("values").values() : List.<JsonNode>of()) {
			Value value = readValue(child, depth - 1);
			if (value != null) {
				values.add(value);
			}
		}
		return new Value(text(json, "name"), text(json, "type"), values);
	}

	private static String text(JsonNode json, String name) {
		JsonNode value = json.path(name);
		return value.isString() ? value.stringValue() : "";
	}

}
