package io.microspring.selector;

import java.util.List;
import java.util.function.UnaryOperator;

import io.microspring.registry.Service;

/**
 * Leaves out what a call does not want. A function of what the registry knows, whose
 * {@code toString()} stands in the error when it leaves nothing. go-micro:
 * {@code selector.Filter}.
 */
@FunctionalInterface
public interface Filter extends UnaryOperator<List<Service>> {

	/**
	 * Only services of one version.
	 * @param version the version
	 * @return the filter
	 */
	static Filter version(String version) {
		return new NamedFilter("version " + version,
				(services) -> services.stream().filter((s) -> s.version().equals(version)).toList());
	}

	/**
	 * Only services that offer an endpoint.
	 * @param name the endpoint's name
	 * @return the filter
	 */
	static Filter endpoint(String name) {
		return new NamedFilter("endpoint " + name,
				(services) -> services.stream()
					.filter((s) -> s.endpoints().stream().anyMatch((e) -> e.name().equals(name)))
					.toList());
	}

	/**
	 * Only nodes that carry an entry in their metadata. go-micro: {@code FilterLabel}.
	 * @param key the key
	 * @param value the value
	 * @return the filter
	 */
	static Filter metadata(String key, String value) {
		return new NamedFilter("metadata " + key + "=" + value, (services) -> services.stream()
			.map((s) -> s.withNodes(s.nodes().stream().filter((n) -> value.equals(n.metadata().get(key))).toList()))
			.filter((s) -> !s.nodes().isEmpty())
			.toList());
	}

}
