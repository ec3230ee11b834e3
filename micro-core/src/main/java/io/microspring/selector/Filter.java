package io.microspring.selector;

import java.util.List;
import java.util.function.UnaryOperator;

import io.microspring.registry.Service;

/**
 * Leaves out what a call does not want: a function of what the registry knows, whose
 * {@code toString()} stands in the error when it leaves nothing. Those that are made here
 * are worked out once for each answer of the registry, any other at every pick. Filters
 * apply one after the other. go-micro: {@code selector.Filter}.
 */
@FunctionalInterface
public interface Filter extends UnaryOperator<List<Service>> {

	/**
	 * Only services of one version. go-micro: {@code FilterVersion}.
	 * @param version the version
	 * @return the filter
	 */
	static Filter version(String version) {
		return new NamedFilter((services) -> services.stream().filter((s) -> s.version().equals(version)).toList(),
				"version", version);
	}

	/**
	 * Only the newest version that has nodes. Versions are compared part by part, as
	 * dots, hyphens and changes between digits and letters separate them: numbers by
	 * value, so that 1.10 is newer than 1.9, and newer than words; a leading {@code v}
	 * and what follows a plus do not count; a version with a suffix after a hyphen, such
	 * as 2.0-rc1, is older than without. ({@code wrapper/select/version} of go-micro
	 * compares letter by letter.)
	 * @return the filter
	 */
	static Filter newestVersion() {
		return new NamedFilter(Versions::newest, "newest version");
	}

	/**
	 * Only services that offer an endpoint. go-micro: {@code FilterEndpoint}.
	 * @param name the endpoint's name
	 * @return the filter
	 */
	static Filter endpoint(String name) {
		return new NamedFilter((services) -> services.stream()
			.filter((s) -> s.endpoints().stream().anyMatch((e) -> e.name().equals(name)))
			.toList(), "endpoint", name);
	}

	/**
	 * Only nodes that carry an entry in their metadata. go-micro: {@code FilterLabel}.
	 * @param key the key
	 * @param value the value
	 * @return the filter
	 */
	static Filter metadata(String key, String value) {
		return new NamedFilter((services) -> services.stream()
			.map((s) -> s.withNodes(s.nodes().stream().filter((n) -> value.equals(n.metadata().get(key))).toList()))
			.filter((s) -> !s.nodes().isEmpty())
			.toList(), "metadata", key, value);
	}

	/**
	 * What this filter leaves, or where that is nothing what another one leaves: the
	 * nodes that are wanted most, else the next best.
	 * @param other the other
	 * @return the filter
	 */
	default Filter orElse(Filter other) {
		return new EitherFilter(this, other);
	}

}
