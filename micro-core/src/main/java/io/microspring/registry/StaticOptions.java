package io.microspring.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a registry of fixed addresses knows. Immutable.
 *
 * @param services the services with their nodes; entries of one name and version are one
 * service
 * @param pattern the address of a service that is not listed, with {@code {service}} in
 * place of its name: {@code {service}} alone is what go-micro's selector {@code static}
 * answers, {@code {service}.fleet.svc:8080} what DNS of a cluster knows. Empty, the
 * default: what is not listed is unknown
 */
public record StaticOptions(List<Service> services, String pattern) {

	private static final String NAME = "{service}";

	public StaticOptions {
		services = Service.byVersion(services);
		Objects.requireNonNull(pattern, "pattern");
		if (!pattern.isEmpty() && !pattern.contains(NAME)) {
			throw new IllegalArgumentException(
					"address pattern '" + pattern + "': without " + NAME + " every service would be at one address");
		}
		for (Service service : services) {
			if (service.name().isBlank() || service.nodes().isEmpty()) {
				throw new IllegalArgumentException("service '" + service.name() + "' " + service.version()
						+ ": a name and the address of a node are needed");
			}
			for (Node node : service.nodes()) {
				if (node.address().isBlank()) {
					throw new IllegalArgumentException("service " + service.name() + ": an address is empty");
				}
			}
		}
	}

	/**
	 * Nothing is known.
	 * @return the options
	 */
	public static StaticOptions defaults() {
		return new StaticOptions(List.of(), "");
	}

	/**
	 * A copy that knows another service, or other nodes or another version of one.
	 * @param service the service
	 * @return the copy
	 */
	public StaticOptions withService(Service service) {
		List<Service> more = new ArrayList<>(this.services);
		more.add(service);
		return new StaticOptions(more, this.pattern);
	}

	/**
	 * A copy that knows another node of a service, in version {@code latest}.
	 * @param service the service's name
	 * @param address the node's address, {@code host:port}
	 * @return the copy
	 */
	public StaticOptions withNode(String service, String address) {
		return withService(Service.of(service, "latest", node(service, address, Map.of())));
	}

	/**
	 * A copy with another pattern.
	 * @param pattern the address of a service that is not listed; empty: it is unknown
	 * @return the copy
	 */
	public StaticOptions withPattern(String pattern) {
		return new StaticOptions(this.services, pattern);
	}

	/**
	 * A copy that knows what a text lists, as go-micro's flag {@code --registry_address}
	 * may give it.
	 * @param address nodes as {@code service=host:port}, with commas between; empty
	 * leaves all as it is
	 * @return the copy
	 * @throws IllegalArgumentException when an entry is no such node
	 */
	public StaticOptions withAddress(String address) {
		StaticOptions options = this;
		for (String entry : address.isBlank() ? new String[0] : address.split(",")) {
			int equals = entry.indexOf('=');
			if (equals < 1) {
				throw new IllegalArgumentException(
						"registry static: '" + entry.trim() + "' is not service=host:port, with commas between");
			}
			options = options.withNode(entry.substring(0, equals).trim(), entry.substring(equals + 1).trim());
		}
		return options;
	}

	/**
	 * A node whose id follows from where it is, so that it is the same in every process.
	 * @param service the service's name
	 * @param address the node's address
	 * @param metadata the node's metadata
	 * @return the node
	 */
	public static Node node(String service, String address, Map<String, String> metadata) {
		return new Node(service + "-" + address, address, metadata);
	}

	/** What is answered for a name. */
	List<Service> find(String name) {
		List<Service> known = this.services.stream().filter((service) -> service.name().equals(name)).toList();
		if (!known.isEmpty() || this.pattern.isEmpty()) {
			return known;
		}
		return List.of(Service.of(name, "latest", node(name, this.pattern.replace(NAME, name), Map.of())));
	}

}
