package io.microspring.plugins.registry.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * What Kubernetes itself knows of the pods behind a Service: a node for each that is
 * ready.
 */
final class EndpointSlices {

	/** The label that names the Service. */
	static final String SERVICE_NAME = "kubernetes.io/service-name";

	/** The label of the Service that names the version, which its slices have too. */
	private static final String VERSION = "app.kubernetes.io/version";

	private static final String PREFERRED_PORT = "micro";

	private static final Pattern SERVICE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

	private EndpointSlices() {
	}

	/** The Service behind a name: a DNS label, of lower case and without dots. */
	static String serviceName(String service) {
		return service.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-");
	}

	/** Whether a Service can be called so. */
	static boolean isServiceName(String name) {
		return SERVICE.matcher(name).matches();
	}

	/** The Service of a slice, empty for one that has none. */
	static String serviceOf(EndpointSlice slice) {
		Map<String, String> labels = slice.getMetadata().getLabels();
		return (labels != null) ? labels.getOrDefault(SERVICE_NAME, "") : "";
	}

	/**
	 * Reads a slice.
	 * @param slice the slice
	 * @param name what the service is called
	 * @param port the name or number of the port; empty for the usual one
	 * @return the service with its nodes; nothing when there are none
	 */
	static List<Service> read(EndpointSlice slice, String name, String port) {
		Integer number = port(slice, port);
		if (number == null || slice.getEndpoints() == null || name.isEmpty()) {
			return List.of();
		}
		List<Node> nodes = new ArrayList<>();
		for (Endpoint endpoint : slice.getEndpoints()) {
			if (isReady(endpoint.getConditions()) && !endpoint.getAddresses().isEmpty()) {
				nodes.add(node(endpoint, name, number));
			}
		}
		Map<String, String> labels = Objects.requireNonNullElse(slice.getMetadata().getLabels(), Map.of());
		String version = labels.getOrDefault(VERSION, "latest");
		return nodes.isEmpty() ? List.of() : List.of(new Service(name, version, Map.of(), List.of(), nodes));
	}

	private static Node node(Endpoint endpoint, String name, int port) {
		// The addresses of an endpoint are one and the same; only the first counts.
		String host = endpoint.getAddresses().get(0);
		String address = ((host.indexOf(':') < 0) ? host : "[" + host + "]") + ":" + port;
		String id = (endpoint.getTargetRef() != null && endpoint.getTargetRef().getName() != null)
				? endpoint.getTargetRef().getName() : name + "-" + address;
		return new Node(id, address,
				(endpoint.getZone() != null) ? Map.of("zone", endpoint.getZone()) : Map.<String, String>of());
	}

	/** What is not said counts as true, as Kubernetes has it. */
	private static boolean isReady(@Nullable EndpointConditions conditions) {
		return conditions == null || !Boolean.FALSE.equals(conditions.getReady());
	}

	private static @Nullable Integer port(EndpointSlice slice, String port) {
		List<EndpointPort> ports = Objects.requireNonNullElse(slice.getPorts(), List.of());
		String wanted = port.isEmpty() ? PREFERRED_PORT : port;
		for (EndpointPort candidate : ports) {
			if (wanted.equals(candidate.getName()) || wanted.equals(String.valueOf(candidate.getPort()))) {
				return candidate.getPort();
			}
		}
		return (port.isEmpty() && !ports.isEmpty()) ? ports.get(0).getPort() : null;
	}

}
