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
 * {@code registry}, which learns nothing from marks.
 * <p>
 * The nodes of a service are put into one list once for each answer of the registry,
 * recognised by its identity: a first pick allocates nothing, unless filters of the
 * user's have to be asked.
 */
final class RegistrySelector implements Selector {

	static final String ID = "go.micro.client";

	/** More services than one process calls: a bound, not a size. */
	private static final int MAX_SERVICES = 10_000;

	private final Registry registry;

	private final SelectorOptions options;

	/** Whether what the filters of all calls leave depends on the services alone. */
	private final boolean lasting;

	private final Map<String, ServiceNodes> services = new ConcurrentHashMap<>();

	private final Lookalikes lookalikes;

	RegistrySelector(Registry registry, SelectorOptions options) {
		this.registry = Objects.requireNonNull(registry, "registry");
		this.options = Objects.requireNonNull(options, "options");
		this.lasting = isLasting(options.filters());
		this.lookalikes = new Lookalikes(registry);
	}

	@Override
	public Node select(Selection call, List<Node> tried) {
		List<Service> answer = ask(call.service());
		ServiceNodes service = nodes(call.service());
		List<Service> known = service.update(answer);
		Candidates nodes = service.in(view(service, known, call));
		Strategy wanted = call.strategy();
		return service.choose(tried.isEmpty() ? nodes : leastTried(nodes, tried),
				(wanted != null) ? wanted : this.options.strategy(), call);
	}

	/** Nodes are told apart by address: one that has changed its metadata is no other. */
	private static Candidates leastTried(Candidates nodes, List<Node> tried) {
		Map<String, Integer> counts = new HashMap<>();
		tried.forEach((node) -> counts.merge(node.address(), 1, Integer::sum));
		int least = nodes.stream().mapToInt((node) -> counts.getOrDefault(node.address(), 0)).min().orElse(0);
		return nodes.where((node) -> counts.getOrDefault(node.address(), 0) == least);
	}

	private List<Service> ask(String service) {
		List<Service> known;
		try {
			known = this.registry.get(service);
		}
		catch (RegistryException ex) {
			throw noneAvailable(service, String.valueOf(ex.getMessage())).because(ex);
		}
		if (known.isEmpty()) {
			this.services.remove(service);
			throw MicroException.notFound(ID, "service " + service + ": not found in registry " + this.registry.name()
					+ this.lookalikes.hint(service));
		}
		return known;
	}

	/** Of a list that was made before, or is made now. */
	private View view(ServiceNodes nodes, List<Service> known, Selection call) {
		List<Filter> filters = call.filters();
		boolean remembered = this.lasting && isLasting(filters);
		View view = remembered ? nodes.view(known, filters) : null;
		if (view != null) {
			return view;
		}
		List<Service> left = filtered(call.service(), filtered(call.service(), known, this.options.filters()), filters);
		view = nodes.view(known, filters, left, remembered);
		if (view.all().isEmpty()) {
			throw noneAvailable(call.service(), "registry " + this.registry.name() + " knows it without any node");
		}
		return view;
	}

	private static boolean isLasting(List<Filter> filters) {
		for (int i = 0; i < filters.size(); i++) {
			if (!isLasting(filters.get(i))) {
				return false;
			}
		}
		return true;
	}

	private static boolean isLasting(Filter filter) {
		return filter instanceof NamedFilter
				|| (filter instanceof EitherFilter either && isLasting(either.first()) && isLasting(either.second()));
	}

	private ServiceNodes nodes(String service) {
		ServiceNodes nodes = this.services.get(service);
		if (nodes != null) {
			return nodes;
		}
		if (this.services.size() >= MAX_SERVICES) {
			this.services.clear();
		}
		return this.services.computeIfAbsent(service, (name) -> new ServiceNodes(name, this.options));
	}

	private static List<Service> filtered(String service, List<Service> known, List<Filter> filters) {
		List<Service> left = known;
		for (Filter filter : filters) {
			List<Service> before = left;
			left = filter.apply(before);
			if (left.stream().allMatch((s) -> s.nodes().isEmpty())) {
				throw noneAvailable(service, "filter " + filter + " leaves none of "
						+ before.stream().mapToInt((s) -> s.nodes().size()).sum() + " nodes");
			}
		}
		return left;
	}

	private static MicroException noneAvailable(String service, String why) {
		return MicroException.of(ID, 503, "service " + service + ": none available: " + why);
	}

	@Override
	public void mark(Selection call, Node node, Outcome outcome, long nanos, @Nullable Throwable failure) {
		ServiceNodes nodes = this.services.get(call.service());
		if (nodes != null) {
			nodes.mark(call, node, outcome, nanos, failure);
		}
	}

	@Override
	public void reset(String service) {
		ServiceNodes nodes = this.services.get(service);
		if (nodes != null) {
			nodes.reset();
		}
	}

	@Override
	public List<NodeStatus> nodes() {
		return this.services.values().stream().flatMap((service) -> service.status().stream()).toList();
	}

	@Override
	public void close() {
		this.services.clear();
	}

	@Override
	public String toString() {
		return this.options.strategy().toString();
	}

}
