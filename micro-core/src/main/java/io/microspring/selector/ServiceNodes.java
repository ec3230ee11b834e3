package io.microspring.selector;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.microspring.selector.NodeState.Standing;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes of one service: what each is like, and which are out. Nothing is remembered
 * of a node that is not in the registry's last answer.
 * <p>
 * What calls ask for all the time, the list of the nodes that are in, is made anew only
 * when a node comes, goes, is taken out or let in.
 */
final class ServiceNodes {

	private static final Logger log = LoggerFactory.getLogger(Selector.class);

	/** So many calls without an answer make a silence. */
	private static final int SILENT_CALLS = 3;

	/** So many times what its answers take, a node may be quiet. */
	private static final int PATIENCE = 4;

	/** Lists kept for calls with different filters; with more the oldest goes. */
	private static final int MOST_VIEWS = 16;

	/** New nodes passed over for one call; with the share below, for slow start. */
	private static final int MOST_PASSED_OVER = 3;

	private static final double LEAST_SHARE = 0.1;

	private final String name;

	private final EjectionOptions options;

	private final long slowStart;

	/** Held while something changes; never while anything is waited for. */
	private final ReentrantLock lock = new ReentrantLock();

	private volatile Known known = new Known(List.of(), List.of(), Map.of());

	private volatile View[] views = new View[0];

	/** Changes whenever a node is taken out or let in. */
	private volatile int epoch;

	/** How many are out. */
	private volatile int out;

	/** When the time of the first of them is over. */
	private volatile long nextDue;

	/** What the first answers of nodes took: all that is known of a new one. */
	private volatile long firstAnswers;

	ServiceNodes(String name, SelectorOptions options) {
		this.name = name;
		this.options = options.ejection();
		this.slowStart = options.slowStart().toNanos();
	}

	/**
	 * Takes an answer of the registry, recognised by its identity.
	 * @param services the answer
	 * @return the answer to go on with: the former one, when nothing has changed
	 */
	List<Service> update(List<Service> services) {
		Known present = this.known;
		if (present.services == services || present.latest == services) {
			return present.services;
		}
		this.lock.lock();
		try {
			Map<String, NodeState> former = this.known.states;
			List<Service> same = this.known.services;
			if (same.equals(services)) {
				this.known = new Known(same, services, former);
				return same;
			}
			long now = System.nanoTime();
			long cameAt = same.isEmpty() ? 0 : now;
			Map<String, NodeState> states = new HashMap<>();
			for (Service service : services) {
				for (Node node : service.nodes()) {
					NodeState state = former.get(node.id());
					states.putIfAbsent(node.id(),
							(state != null && state.isOf(node)) ? state : new NodeState(node, cameAt));
				}
			}
			this.known = new Known(services, services, states);
			this.views = new View[0];
			changed();
			return services;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The list that was made for these filters, which depend on nothing else. */
	@Nullable View view(List<Service> services, List<Filter> filters) {
		for (View view : this.views) {
			if (view.isFor(services, filters)) {
				return view;
			}
		}
		return null;
	}

	/**
	 * A list for what filters have left; the one there is, if it has the same nodes.
	 * @param services the answer of the registry
	 * @param filters the filters
	 * @param left what they have left
	 * @param lasting whether they would leave the same the next time
	 * @return the list
	 */
	View view(List<Service> services, List<Filter> filters, List<Service> left, boolean lasting) {
		List<Node> nodes = left.stream().flatMap((service) -> service.nodes().stream()).toList();
		View same = null;
		for (View view : this.views) {
			if (view.isOf(services, nodes)) {
				same = view;
			}
		}
		if (same != null && !lasting) {
			return same;
		}
		this.lock.lock();
		try {
			View view = new View(services, filters, (same != null) ? same.all() : candidates(left, nodes));
			if (this.known.services == services) {
				View[] kept = this.views;
				int from = (kept.length < MOST_VIEWS) ? 0 : 1;
				View[] more = Arrays.copyOfRange(kept, from, kept.length + 1);
				more[more.length - 1] = view;
				this.views = more;
			}
			return view;
		}
		finally {
			this.lock.unlock();
		}
	}

	private Candidates candidates(List<Service> left, List<Node> nodes) {
		Map<String, NodeState> known = this.known.states;
		return new Candidates(this.name, nodes.toArray(Node[]::new),
				left.stream()
					.flatMap((service) -> Collections.nCopies(service.nodes().size(), service.version()).stream())
					.toArray(String[]::new),
				nodes.stream().map((node) -> {
					NodeState state = known.get(node.id());
					// A filter may have made it, or the registry have answered anew.
					return (state != null) ? state : new NodeState(node, 0);
				}).toArray(NodeState[]::new));
	}

	/** The nodes of a list that are in. */
	Candidates in(View view) {
		if (this.out > 0 && System.nanoTime() - this.nextDue >= 0) {
			letDueBeProbed();
		}
		int present = this.epoch;
		Candidates in = view.in(present);
		if (in == null) {
			in = without(view.all());
			view.in(present, in);
		}
		return in;
	}

	/** When more of a list are out than may be, none counts as out. */
	private Candidates without(Candidates all) {
		int most = this.options.mostOut(all.size());
		Candidates in = (this.out == 0) ? all : all.in();
		return (all.size() - in.size() > most) ? all : in;
	}

	/**
	 * Chooses, and counts the call.
	 * @param nodes the nodes to choose from
	 * @param strategy chooses
	 * @param call the call
	 * @return the node
	 */
	Node choose(Candidates nodes, Strategy strategy, Selection call) {
		Candidates left = nodes;
		int looks = 0;
		while (true) {
			int place = strategy.choose(left, call);
			NodeState state = left.state(place);
			if (left.size() == 1 || mayBeCalled(state, call, looks)) {
				state.begin(call.stream());
				return left.get(place);
			}
			left = left.without(place);
			looks++;
		}
	}

	private boolean mayBeCalled(NodeState state, Selection call, int looks) {
		return switch (state.standing()) {
			case IN ->
				(state.debt() < SILENT_CALLS || !fallsSilent(state)) && (looks >= MOST_PASSED_OVER || !isTooNew(state));
			case DUE -> beginsProbe(state, call);
			// Only when none of its list counts as out.
			case OUT, PROBED -> true;
		};
	}

	private boolean fallsSilent(NodeState state) {
		long usual = usual(state);
		if (this.options.silence().isZero() || usual == 0) {
			// Whoever never tells what became of calls cannot know of a silence.
			return false;
		}
		long now = System.nanoTime();
		state.forgetLapsed(now, this.options.duration().toNanos());
		long quiet = now - state.quietSince();
		return state.debt() >= SILENT_CALLS && quiet >= patience(state)
				&& eject(state, true, now, () -> state.debt() + " calls without an answer for " + quiet / 1_000
						+ " µs, where answers take up to " + usual / 1_000 + " µs");
	}

	/**
	 * What its answers may well take, or those of others as long as it has given none.
	 */
	private long usual(NodeState state) {
		return (state.latency() != 0) ? state.longest() : this.firstAnswers;
	}

	/** How long a call waits before that says anything of the node. */
	private long patience(NodeState state) {
		return Math.max(this.options.silence().toNanos(), PATIENCE * usual(state));
	}

	/** A new node is passed over the more often the newer it is. */
	private boolean isTooNew(NodeState state) {
		if (this.slowStart == 0 || state.cameAt() == 0) {
			return false;
		}
		double share = (System.nanoTime() - state.cameAt()) / (double) this.slowStart;
		return share < 1 && ThreadLocalRandom.current().nextDouble() > Math.max(LEAST_SHARE, share);
	}

	/** Rather with a call that can be made again elsewhere, for some time. */
	private boolean beginsProbe(NodeState state, Selection call) {
		long now = System.nanoTime();
		long duration = this.options.duration().toNanos();
		if ((!call.idempotent() || call.stream()) && now - state.until() < duration) {
			return false;
		}
		this.lock.lock();
		try {
			if (state.standing() != Standing.DUE) {
				return false;
			}
			if (call.stream()) {
				// It may last for hours: no answer to wait for.
				state.restore(now);
			}
			else {
				state.probe(now + duration);
			}
			changed();
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void letDueBeProbed() {
		this.lock.lock();
		try {
			long now = System.nanoTime();
			for (NodeState state : this.known.states.values()) {
				if (state.isOut() && now - state.until() >= 0) {
					state.due();
				}
			}
			changed();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Takes in what became of a call. */
	void mark(Selection call, Node node, Outcome end, long nanos, @Nullable Throwable failure) {
		NodeState state = this.known.states.get(node.id());
		if (state == null || !state.isOf(node)) {
			return;
		}
		Outcome outcome = state.told(end, nanos, failure);
		long now = System.nanoTime();
		boolean first = state.latency() == 0;
		state.end(call, outcome, nanos, now, patience(state));
		if (first && state.latency() != 0) {
			this.firstAnswers = (this.firstAnswers + nanos) / ((this.firstAnswers == 0) ? 1 : 2);
		}
		if (outcome.isFailure()) {
			judge(state, outcome, now, failure);
		}
		if (state.standing() != Standing.IN) {
			reconsider(state, outcome, now);
		}
	}

	private void judge(NodeState state, Outcome outcome, long now, @Nullable Throwable failure) {
		int failures = state.failed(now, this.options.duration().toNanos());
		boolean row = this.options.failures() > 0 && failures >= this.options.failures();
		boolean rate = this.options.errorRate() > 0 && state.errorRate() >= this.options.errorRate();
		if (row || rate || state.standing() == Standing.PROBED) {
			eject(state, false, now,
					() -> (row ? failures + " failures in a row" : rate
							? Math.round(state.errorRate() * 100) + " % of its latest calls failed" : "it fails again")
							+ ", the last: " + outcome.text(failure));
		}
	}

	/** A node that is not fully in has answered, or a probe come to nothing. */
	private void reconsider(NodeState state, Outcome outcome, long now) {
		this.lock.lock();
		try {
			Standing standing = state.standing();
			boolean answered = state.isSilent() ? outcome.isAnswer() : outcome == Outcome.ANSWERED;
			if (answered && (standing != Standing.OUT || state.isSilent())) {
				boolean silent = state.isSilent() && standing == Standing.OUT;
				state.restore(now);
				changed();
				log(silent, "node {} of {} at {} is back: it answers again", state);
			}
			else if (state.isSilent() && standing != Standing.DUE && !state.isAwaited()) {
				state.recall(now);
				changed();
			}
			else if (standing == Standing.PROBED && outcome == Outcome.GIVEN_UP) {
				state.due();
				changed();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Takes a node out, unless too many are. */
	private boolean eject(NodeState state, boolean silence, long now, Supplier<String> why) {
		this.lock.lock();
		try {
			boolean more = !state.isOut();
			if (state.standing() == Standing.OUT && (silence || !state.isSilent())) {
				return true;
			}
			if (more && this.out >= this.options.mostOut(this.known.states.size()) && (silence || !makeRoom(now))) {
				return false;
			}
			String reason = why.get();
			long nanos = state.eject(reason, silence, this.options, now);
			changed();
			if (silence) {
				log.debug("node {} of {} at {} gets no calls until it answers: {}", state.node().id(), this.name,
						state.node().address(), reason);
			}
			else {
				log.warn("node {} of {} at {} is out for {} ms: {}", state.node().id(), this.name,
						state.node().address(), nanos / 1_000_000, reason);
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A node that is only silent makes room for one that fails. */
	private boolean makeRoom(long now) {
		for (NodeState state : this.known.states.values()) {
			if (state.standing() == Standing.OUT && state.isSilent()) {
				state.restore(now);
				return this.options.mostOut(this.known.states.size()) > 0;
			}
		}
		return false;
	}

	/** Forgets everything but what is under way. */
	void reset() {
		this.lock.lock();
		try {
			long now = System.nanoTime();
			this.known.states.values().forEach((state) -> state.reset(now));
			changed();
		}
		finally {
			this.lock.unlock();
		}
	}

	List<NodeStatus> status() {
		return this.known.states.values().stream().map((state) -> NodeStatus.of(this.name, state)).toList();
	}

	private void changed() {
		int count = 0;
		long next = 0;
		for (NodeState state : this.known.states.values()) {
			if (state.isOut()) {
				next = (count == 0 || state.until() - next < 0) ? state.until() : next;
				count++;
			}
		}
		this.nextDue = next;
		this.out = count;
		this.epoch++;
	}

	private void log(boolean quietly, String text, NodeState state) {
		Object[] names = { state.node().id(), this.name, state.node().address() };
		if (quietly) {
			log.debug(text, names);
		}
		else {
			log.info(text, names);
		}
	}

	/** An answer, the latest that is equal to it, and what is known of nodes by id. */
	private record Known(List<Service> services, List<Service> latest, Map<String, NodeState> states) {

	}

}
