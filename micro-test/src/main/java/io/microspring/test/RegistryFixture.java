package io.microspring.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.registry.Change;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What {@link RegistryContract} works with: the registries it opens, the switches, and
 * the services it registers.
 */
abstract class RegistryFixture {

	private final List<Registry> opened = new ArrayList<>();

	/** Unique, with dots and dashes as real names have them. */
	final String name = "go.micro.srv.contract-" + UUID.randomUUID().toString().substring(0, 8);

	Registry registry;

	/**
	 * Opens a registry. Those that one test opens see each other's nodes, unless
	 * {@link #seesOthers()} is false: they may be one and the same then.
	 * @return the registry; the contract closes it
	 */
	protected abstract Registry open();

	/**
	 * Whether a second registry sees what the first one knows.
	 * @return true by default
	 */
	protected boolean seesOthers() {
		return true;
	}

	/**
	 * Whether nodes that are not renewed expire while their registry stays open.
	 * @return true by default
	 */
	protected boolean expires() {
		return true;
	}

	/**
	 * Whether a watcher is told of nodes that expired.
	 * @return whatever {@link #expires()} says, by default
	 */
	protected boolean tellsOfExpiry() {
		return expires();
	}

	/**
	 * Whether the metadata and the endpoints of services are kept.
	 * @return true by default
	 */
	protected boolean keepsDescription() {
		return true;
	}

	/**
	 * Whether services that nobody looked up are listed, and seen by who watches
	 * everything.
	 * @return true by default
	 */
	protected boolean lists() {
		return true;
	}

	/**
	 * The shortest time to live that the registry keeps to.
	 * @return 2 s by default
	 */
	protected Duration ttl() {
		return Duration.ofSeconds(2);
	}

	/**
	 * How long news may take to travel at the very most; a test that succeeds does not
	 * wait for it.
	 * @return 20 s by default
	 */
	protected Duration patience() {
		return Duration.ofSeconds(20);
	}

	@BeforeEach
	final void openFirst() {
		this.registry = another();
	}

	@AfterEach
	final void closeAll() {
		this.opened.forEach(Registry::close);
	}

	Registry another() {
		Registry another = open();
		this.opened.add(another);
		return another;
	}

	List<Change> watch(String watched) {
		List<Change> changes = new CopyOnWriteArrayList<>();
		this.registry.watch(watched, changes::add);
		return changes;
	}

	boolean heard(List<Change> changes, boolean present, String node) {
		return changes.stream()
			.filter((c) -> (c.action() != Change.Action.DELETE) == present)
			.flatMap((c) -> c.service().nodes().stream())
			.anyMatch((n) -> n.id().equals(id(node)));
	}

	ConditionFactory eventually() {
		return Awaitility.await().atMost(patience().plus(ttl().multipliedBy(3))).pollInterval(Duration.ofMillis(50));
	}

	Service service(String version, String... nodes) {
		return Service.of(this.name, version, Arrays.stream(nodes).map(this::node).toArray(Node[]::new));
	}

	Node node(String node) {
		return new Node(id(node), "127.0.0.1:" + (20000 + Math.floorMod(node.hashCode(), 10000)),
				Map.of("protocol", "mucp"));
	}

	String id(String node) {
		return this.name + "-" + node;
	}

	static List<String> ids(List<Service> services) {
		return services.stream().flatMap((s) -> s.nodes().stream()).map(Node::id).toList();
	}

	Service described(String service, String version, String node) {
		Value request = new Value("Request", "Request",
				List.of(new Value("name", "string", List.of()), new Value("tags", "[]string", List.of()),
						new Value("address", "Address", List.of(new Value("street", "string", List.of())))));
		Value response = new Value("Response", "Response", List.of(new Value("msg", "string", List.of())));
		return new Service(service, version, Map.of("team", "a", "weird key", "ä=\"b\",c"),
				List.of(new Endpoint("Say.Hello", request, response, Map.of()),
						new Endpoint("Say.Stream", request, response, Map.of("stream", "true")),
						new Endpoint("go.micro.evt.greeting", null, null,
								Map.of("subscriber", "true", "topic", "go.micro.evt.greeting"))),
				List.of(new Node(id(node), "127.0.0.1:4711", Map.of("protocol", "mucp", "server", "mucp"))));
	}

}
