package io.microspring.selector;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * Asks the registry for each call. go-micro: the default selector, named
 * {@code registry}.
 * <p>
 * The nodes of a service are put into one list once for each answer of the registry,
 * recognised by its identity: a first pick without filters allocates nothing. As in
 * go-micro, it learns nothing from marks.
 */
final class RegistrySelector implements Selector {

	private static final String ID = "go.micro.client";

	/** More services than one process calls: a bound, not a size. */
	private static final int MAX_SERVICES = 10_000;

	private final Registry registry;

	private final Strategy strategy;

	private final Map<String, Flat> flats = new ConcurrentHashMap<>();

	private final Lookalikes lookalikes;

	RegistrySelector(Registry registry, Strategy strategy) {
		this.registry = Objects.requireNonNull(registry, "registry");
		this.strategy = Objects.requireNonNull(strategy, "strategy");
		this.lookalikes = new Lookalikes(registry);
	}

	@Override
	public Node select(Selection call, List<Node> tried) {
		String service = call.service();
		List<Filter> filters = call.filters();
		List<Service> known = lookUp(service);
		List<Node> nodes = filters.isEmpty() ? flat(service, known) : filtered(service, known, filters);
		if (nodes.isEmpty()) {
			throw noneAvailable(service, "registry " + this.registry.name() + " knows it without any node");
		}
		Strategy wanted = call.strategy();
		return ((wanted != null) ? wanted : this.strategy).choose(service,
				tried.isEmpty() ? nodes : leastTried(nodes, tried));
	}

	/** Nodes are told apart by address: one that has changed its metadata is no other. */
	private static List<Node> leastTried(List<Node> nodes, List<Node> tried) {
		Map<String, Integer> counts = new HashMap<>();
		tried.forEach((node) -> counts.merge(node.address(), 1, Integer::sum));
		int least = nodes.stream().mapToInt((node) -> counts.getOrDefault(node.address(), 0)).min().orElse(0);
		return nodes.stream().filter((node) -> counts.getOrDefault(node.address(), 0) == least).toList();
	}

	private List<Service> lookUp(String service) {
		List<Service> known;
		try {
			known = this.registry.get(service);
		}
		catch (RegistryException ex) {
			throw noneAvailable(service, String.valueOf(ex.getMessage())).because(ex);
		}
		if (known.isEmpty()) {
			this.flats.remove(service);
			throw MicroException.notFound(ID, "service " + service + ": not found in registry " + this.registry.name()
					+ this.lookalikes.hint(service));
		}
		return known;
	}

	private List<Node> flat(String service, List<Service> known) {
		Flat flat = this.flats.get(service);
		if (flat != null && flat.known == known) {
			return flat.nodes;
		}
		if (this.flats.size() >= MAX_SERVICES) {
			this.flats.clear();
		}
		flat = new Flat(known, flatten(known));
		this.flats.put(service, flat);
		return flat.nodes;
	}

	private List<Node> filtered(String service, List<Service> known, List<Filter> filters) {
		List<Service> left = known;
		for (Filter filter : filters) {
			List<Service> before = left;
			left = filter.apply(before);
			if (left.stream().allMatch((s) -> s.nodes().isEmpty())) {
				throw noneAvailable(service,
						"filter " + filter + " leaves none of " + flatten(before).size() + " nodes");
			}
		}
		return flatten(left);
	}

	private static List<Node> flatten(List<Service> services) {
		return services.stream().flatMap((s) -> s.nodes().stream()).toList();
	}

	private static MicroException noneAvailable(String service, String why) {
		return MicroException.of(ID, 503, "service " + service + ": none available: " + why);
	}

	/** Does nothing, as in go-micro: each call chooses among all nodes. */
	@Override
	public void mark(Selection call, Node node, Outcome outcome, long nanos, @Nullable Throwable failure) {
	}

	/** Does nothing, as nothing is told of nodes. */
	@Override
	public void reset(String service) {
	}

	@Override
	public void close() {
		this.flats.clear();
	}

	/** The nodes of all versions, in one answer of the registry. */
	private record Flat(List<Service> known, List<Node> nodes) {

	}

}
