package io.microspring.plugins.registry.gossip;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.microspring.plugins.registry.gossip.ServiceTable.Entry;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.RegistryJsonWriter;
import io.microspring.registry.Service;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * All services, as members tell them to each other when one joins: go-micro's JSON, names
 * to lists of services (protocol reference §7.7). Go tells neither how long nodes live
 * nor whose they are; ours stands besides each service, under {@code gossip} by the ids
 * of its nodes, and Go passes over it.
 */
final class ServiceState {

	private static final String MORE = "gossip";

	private ServiceState() {
	}

	/**
	 * Writes services.
	 * @param entries their nodes
	 * @return the JSON in UTF-8
	 */
	static byte[] write(Collection<Entry> entries) {
		// What a version is like need not be the same of all its nodes.
		Map<String, Map<Service, List<Entry>>> names = new LinkedHashMap<>();
		for (Entry entry : entries) {
			names.computeIfAbsent(entry.service().name(), (name) -> new LinkedHashMap<>())
				.computeIfAbsent(entry.service().withNodes(List.of()), (service) -> new ArrayList<>())
				.add(entry);
		}
		return RegistryJsonWriter.write((out) -> {
			out.writeStartObject();
			names.forEach((name, services) -> {
				out.writeArrayPropertyStart(name);
				services.forEach((service, nodes) -> write(service, nodes, out));
				out.writeEndArray();
			});
			out.writeEndObject();
		});
	}

	private static void write(Service service, List<Entry> entries, JsonGenerator out) {
		List<Node> nodes = entries.stream().map((entry) -> entry.service().nodes().get(0)).toList();
		RegistryJsonWriter.write(service.withNodes(nodes), out, () -> {
			out.writeObjectPropertyStart(MORE);
			for (Entry entry : entries) {
				out.writeObjectPropertyStart(entry.key().node());
				out.writeNumberProperty("expires", entry.expires());
				out.writeNumberProperty("version", entry.version());
				out.writeStringProperty("member", entry.member());
				out.writeEndObject();
			}
			out.writeEndObject();
		});
	}

	/**
	 * Reads services. Odd ones are passed over.
	 * @param json the JSON in UTF-8
	 * @param expires when nodes end of which it does not say so, in nanoseconds since
	 * 1970
	 * @return their nodes
	 * @throws MalformedException when it is no JSON
	 */
	static List<Entry> read(byte[] json, long expires) {
		List<Entry> entries = new ArrayList<>();
		for (JsonNode services : tree(json).values()) {
			for (JsonNode each : services.values()) {
				Service service = RegistryJson.readService(each);
				if (service.name().isEmpty()) {
					continue;
				}
				for (Node node : service.nodes()) {
					JsonNode more = each.path(MORE).path(node.id());
					entries.add(new Entry(service.withNodes(List.of(node)), number(more, "expires", expires),
							number(more, "version", 0), more.path("member").asString("")));
				}
			}
		}
		return entries;
	}

	private static long number(JsonNode more, String name, long otherwise) {
		JsonNode value = more.path(name);
		return (value.isIntegralNumber() && value.canConvertToLong()) ? Math.max(0, value.longValue()) : otherwise;
	}

	/**
	 * Reads one service.
	 * @param json the JSON in UTF-8
	 * @return the service, with a name and a node at least
	 * @throws MalformedException when it is none
	 */
	static Service readService(byte[] json) {
		Service service = RegistryJson.readService(tree(json));
		if (service.name().isEmpty() || service.nodes().isEmpty()) {
			throw new MalformedException("a service without name or node");
		}
		return service;
	}

	static byte[] writeService(Service service) {
		return RegistryJson.write(service).getBytes(StandardCharsets.UTF_8);
	}

	private static JsonNode tree(byte[] json) {
		try {
			return RegistryJson.JSON.readTree(json);
		}
		catch (JacksonException ex) {
			throw new MalformedException("no JSON");
		}
	}

}
