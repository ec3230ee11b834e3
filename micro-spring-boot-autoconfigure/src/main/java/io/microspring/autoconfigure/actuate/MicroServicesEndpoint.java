package io.microspring.autoconfigure.actuate;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.microspring.health.HealthReport;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * What the registry knows: the services there are, and one of them with its nodes.
 */
@Endpoint(id = "microservices")
public final class MicroServicesEndpoint {

	private final Registry registry;

	MicroServicesEndpoint(Registry registry) {
		this.registry = registry;
	}

	/**
	 * The services there are.
	 * @return their names and versions; when the registry cannot be asked, its health
	 * says why
	 */
	@ReadOperation
	public Services services() {
		try {
			Map<String, List<String>> versions = this.registry.list()
				.stream()
				.collect(Collectors.groupingBy(Service::name, TreeMap::new,
						Collectors.mapping(Service::version, Collectors.toList())));
			return new Services(this.registry.name(), this.registry.health(), versions);
		}
		catch (RegistryException ex) {
			return new Services(this.registry.name(), HealthReport.down(String.valueOf(ex.getMessage())), Map.of());
		}
	}

	/**
	 * One service.
	 * @param name its name
	 * @return one entry per version with nodes and endpoints, or null, a 404, when the
	 * registry does not know it
	 */
	@ReadOperation
	public @Nullable List<Service> service(@Selector String name) {
		List<Service> found = this.registry.get(name);
		return found.isEmpty() ? null : found;
	}

	/**
	 * The services there are.
	 *
	 * @param registry the registry that was asked
	 * @param health how it is
	 * @param services names to versions
	 */
	public record Services(String registry, HealthReport health, Map<String, List<String>> services) {
	}

}
