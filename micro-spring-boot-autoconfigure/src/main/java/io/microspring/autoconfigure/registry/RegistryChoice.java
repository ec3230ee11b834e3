package io.microspring.autoconfigure.registry;

import java.util.List;

import io.microspring.registry.Registry;
import io.microspring.service.Catalogue;
import io.microspring.service.Plugin;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Which registries there are, and where. What {@code micro.registry.type} names is taken;
 * when it is not set, what connection details name and has its driver; else mDNS. Where
 * each is, connection details say before properties, and a property of its own before
 * {@code micro.registry.address}, which is for a single one.
 */
final class RegistryChoice {

	private final Catalogue catalogue;

	private final RegistryProperties properties;

	private final List<MicroRegistryConnectionDetails> details;

	private final Binder binder;

	RegistryChoice(Catalogue catalogue, RegistryProperties properties, List<MicroRegistryConnectionDetails> details,
			Environment environment) {
		this.catalogue = catalogue;
		this.properties = properties;
		this.details = details;
		this.binder = Binder.get(environment);
	}

	Registry make() {
		List<String> types = types();
		if (types.size() > 1 && !this.properties.address().isEmpty()) {
			throw new IllegalArgumentException("micro.registry.address is for one registry, and there are "
					+ String.join(", ", types) + ": set micro.registry.<type>.address for each");
		}
		return this.catalogue.registry(types, (type) -> address(type, types.size() == 1));
	}

	private List<String> types() {
		if (!this.binder.bind("micro.registry.type", Bindable.listOf(String.class)).isBound()) {
			List<String> found = this.details.stream()
				.map(MicroRegistryConnectionDetails::type)
				.filter((type) -> this.catalogue.isAvailable(Plugin.Concept.REGISTRY, type))
				.distinct()
				.toList();
			if (!found.isEmpty()) {
				return found;
			}
		}
		return this.properties.type();
	}

	private String address(String type, boolean alone) {
		for (MicroRegistryConnectionDetails each : this.details) {
			if (each.type().equals(type) || (alone && each.type().isEmpty())) {
				return each.address();
			}
		}
		return this.binder.bind("micro.registry." + type + ".address", String.class)
			.orElse(alone ? this.properties.address() : "");
	}

}
