package io.microspring.selector;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import io.microspring.registry.Node;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that a strategy chooses from, at least one, with what is known of each from
 * the calls made to it. Immutable but for what is known; one list serves all calls until
 * nodes come, go, fail or recover. Thread-safe.
 */
public final class Candidates extends AbstractList<Node> implements RandomAccess {

	/** How many things strategies may have worked out for one list; others anew. */
	private static final int MOST_DERIVED = 16;

	/** Half of what was measured is forgotten in this time: a slow node gets a chance. */
	private static final float FORGETTING = 10e9f;

	private final String service;

	private final Candidates all;

	private final Node[] nodes;

	private final String[] versions;

	private final NodeState[] states;

	/**
	 * Where each of all is here, -1 for nowhere; empty for every one at its own place.
	 */
	private final int[] places;

	/** Where each was among those from which these were taken as of a kind. */
	private final int[] origins;

	private final Map<Object, Object> derived = new ConcurrentHashMap<>(4);

	/** What was asked for last, as mostly one strategy asks. */
	private volatile Derived last = new Derived(this, this);

	/** Every node of a list. */
	Candidates(String service, Node[] nodes, String[] versions, NodeState[] states) {
		this(service, nodes, versions, states, new int[0]);
	}

	private Candidates(String service, Node[] nodes, String[] versions, NodeState[] states, int[] origins) {
		this.service = service;
		this.all = this;
		this.nodes = nodes;
		this.versions = versions;
		this.states = states;
		this.places = new int[0];
		this.origins = origins;
	}

	private Candidates(Candidates all, boolean[] present, int size, int[] origins) {
		this.service = all.service;
		this.all = all;
		this.places = new int[present.length];
		this.origins = origins;
		this.nodes = new Node[size];
		this.versions = new String[size];
		this.states = new NodeState[size];
		int next = 0;
		for (int i = 0; i < present.length; i++) {
			this.places[i] = present[i] ? next : -1;
			if (present[i]) {
				this.nodes[next] = all.nodes[i];
				this.versions[next] = all.versions[i];
				this.states[next] = all.states[i];
				next++;
			}
		}
	}

	/**
	 * Nodes of which nothing is known, to try a strategy on.
	 * @param service the name of their service
	 * @param nodes the nodes
	 * @return the candidates
	 */
	public static Candidates of(String service, List<Node> nodes) {
		Node[] array = nodes.toArray(Node[]::new);
		String[] versions = new String[array.length];
		Arrays.fill(versions, "");
		NodeState[] states = Arrays.stream(array).map((node) -> new NodeState(node, 0)).toArray(NodeState[]::new);
		return new Candidates(service, array, versions, states);
	}

	/**
	 * The service whose nodes they are.
	 * @return its name
	 */
	public String service() {
		return this.service;
	}

	@Override
	public Node get(int index) {
		return this.nodes[index];
	}

	@Override
	public int size() {
		return this.nodes.length;
	}

	/**
	 * The version of the service that a node runs.
	 * @param index the node's place
	 * @return the version
	 */
	public String version(int index) {
		return this.versions[index];
	}

	/**
	 * How many calls and streams of this process are under way at a node.
	 * @param index the node's place
	 * @return the number
	 */
	public int inFlight(int index) {
		return this.states[index].inFlight();
	}

	/**
	 * What the answers of a node take: an average in which the latest weigh most, and
	 * which fades while there are none.
	 * @param index the node's place
	 * @param now what {@link System#nanoTime()} says
	 * @return nanoseconds, 0 when there was no answer yet
	 */
	public float latency(int index, long now) {
		NodeState state = this.states[index];
		return state.latency() * FORGETTING / (FORGETTING + Math.max(0, now - state.answeredAt()));
	}

	/**
	 * How many calls to a node have failed since the last that did not.
	 * @param index the node's place
	 * @return the number
	 */
	public int failures(int index) {
		return this.states[index].failures();
	}

	/**
	 * When a call to a node failed last.
	 * @param index the node's place
	 * @return what {@link System#nanoTime()} said; without meaning before the first
	 * failure
	 */
	public long failedAt(int index) {
		return this.states[index].failedAt();
	}

	/**
	 * The nodes from which these were taken: also those that are out for their failures
	 * and those that the call has tried before. What a strategy derives from them lasts
	 * until nodes come or go.
	 * @return the candidates, these themselves when none was left out
	 */
	public Candidates all() {
		return this.all;
	}

	/**
	 * Where a node of {@link #all()} is among these.
	 * @param index the node's place among all
	 * @return its place here, or -1 when it may not be chosen
	 */
	public int place(int index) {
		return (this.places.length == 0) ? index : this.places[index];
	}

	/**
	 * What a strategy works out for these nodes: made once, and kept with them.
	 * @param <T> what it is
	 * @param key whose it is, mostly the strategy itself
	 * @param maker works it out
	 * @return what was worked out
	 */
	@SuppressWarnings("unchecked")
	public <T> T derived(Object key, Function<Candidates, T> maker) {
		Object known = find(key);
		return (T) ((known != null) ? known : derive(key, maker.apply(this)));
	}

	private @Nullable Object find(Object key) {
		Derived asked = this.last;
		return (asked.key == key) ? asked.value : this.derived.get(key);
	}

	private Object derive(Object key, Object value) {
		if (this.derived.size() >= MOST_DERIVED) {
			this.derived.clear();
		}
		Object first = this.derived.putIfAbsent(key, value);
		Object kept = (first != null) ? first : value;
		this.last = new Derived(key, kept);
		return kept;
	}

	/**
	 * Those of the nodes that are of a kind; worked out once.
	 * @param kind which; the same object each time
	 * @return the candidates, which may be none
	 */
	public Candidates only(Predicate<Node> kind) {
		Object known = find(kind);
		return (Candidates) ((known != null) ? known
				: derive(kind, only(kind, (nodes, i) -> kind.test(nodes.nodes[i]))));
	}

	/** Those of one version, worked out once. */
	Candidates only(Version version) {
		Object known = find(version);
		return (Candidates) ((known != null) ? known
				: derive(version, only(version, (nodes, i) -> nodes.versions[i].equals(version.name))));
	}

	/**
	 * Where a node of {@link #only} is among those that it was asked of.
	 * @param index the node's place here
	 * @return its place there
	 */
	public int origin(int index) {
		return this.origins[index];
	}

	private Candidates only(Object kind, Place wanted) {
		int[] chosen = IntStream.range(0, size()).filter((i) -> wanted.test(this, i)).toArray();
		if (this.all == this) {
			return new Candidates(this.service,
					Arrays.stream(chosen).mapToObj((i) -> this.nodes[i]).toArray(Node[]::new),
					Arrays.stream(chosen).mapToObj((i) -> this.versions[i]).toArray(String[]::new),
					Arrays.stream(chosen).mapToObj((i) -> this.states[i]).toArray(NodeState[]::new), chosen);
		}
		Candidates ofAll = this.all.derived(kind, (all) -> all.only(kind, wanted));
		boolean[] present = new boolean[ofAll.size()];
		for (int i = 0; i < present.length; i++) {
			present[i] = place(ofAll.origin(i)) >= 0;
		}
		return new Candidates(ofAll, present, chosen.length, chosen);
	}

	NodeState state(int index) {
		return this.states[index];
	}

	/** Those of all that are marked. */
	Candidates keep(boolean[] marked) {
		int count = 0;
		for (boolean each : marked) {
			count += each ? 1 : 0;
		}
		return (count == marked.length) ? this.all : new Candidates(this.all, marked, count, new int[0]);
	}

	/** The same without one. */
	Candidates without(int index) {
		Node node = this.nodes[index];
		return where((candidate) -> candidate != node);
	}

	/** Those that are not out. */
	Candidates in() {
		boolean[] marked = new boolean[this.states.length];
		for (int i = 0; i < marked.length; i++) {
			marked[i] = !this.states[i].isOut();
		}
		return keep(marked);
	}

	/** Those with a property, not kept. */
	Candidates where(Predicate<Node> wanted) {
		boolean[] marked = new boolean[this.all.size()];
		for (int i = 0; i < marked.length; i++) {
			marked[i] = place(i) >= 0 && wanted.test(this.all.nodes[i]);
		}
		return keep(marked);
	}

	/** A question about a place in a list. */
	@FunctionalInterface
	private interface Place {

		boolean test(Candidates nodes, int index);

	}

	/**
	 * Stands for the nodes of a version.
	 *
	 * @param name the version
	 */
	record Version(String name) {

	}

	/** Something worked out, and for whom. */
	private record Derived(Object key, Object value) {

	}

}
