package io.microspring.test.recording;

import java.util.ArrayList;
import java.util.List;

import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import tools.jackson.databind.JsonNode;

/**
 * Services as go-micro's clients print them, which is how its registries store them, too.
 */
final class GoServices {

	private GoServices() {
	}

	static List<Service> read(JsonNode array) {
		List<Service> services = new ArrayList<>();
		for (JsonNode json : array) {
			List<Endpoint> endpoints = new ArrayList<>();
			json.path("endpoints").forEach((endpoint) -> endpoints.add(RegistryJson.readEndpoint(endpoint)));
			List<Node> nodes = new ArrayList<>();
			for (JsonNode node : json.path("nodes")) {
				nodes.add(new Node(node.path("id").stringValue(), node.path("address").stringValue(),
						RegistryJson.readMetadata(node.path("metadata"))));
			}
			services.add(new Service(json.path("name").stringValue(), json.path("version").stringValue(),
					RegistryJson.readMetadata(json.path("metadata")), endpoints, nodes));
		}
		return services;
	}

}
