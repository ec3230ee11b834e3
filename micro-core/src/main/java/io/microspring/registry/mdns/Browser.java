package io.microspring.registry.mdns;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import io.microspring.registry.Change;
import io.netty.handler.codec.dns.DnsRecordType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the nodes of the services that are watched, and finds others when asked to. What
 * is not heard of again within its time to live is asked for, and is gone when it does
 * not answer. Used by the loop's thread only. go-micro: {@code mdns.Client} and
 * {@code mdnsWatcher}; there, nodes that were killed are never missed.
 */
final class Browser {

	private static final Logger log = LoggerFactory.getLogger(Browser.class);

	/** When a watch asks at first; then every {@link #HEAL}. */
	private static final Duration[] FIRST = { Duration.ofSeconds(1), Duration.ofSeconds(3) };

	/** How often a watch asks for what it has missed. */
	private static final Duration HEAL = Duration.ofSeconds(60);

	/**
	 * At which parts of its life a node is asked for that was not heard of; at last it is
	 * gone.
	 */
	private static final double[] DOUBTS = { 0.55, 0.8, 0.95, 1 };

	/** How much of its life a question may come late, so that not all ask at once. */
	private static final double JITTER = 0.1;

	/** The same name is not asked for again within this time. */
	private static final Duration ASKED = Duration.ofMillis(250);

	/** An answer may be overtaken by the goodbye that followed it. */
	private static final Duration MOURNING = Duration.ofMillis(500);

	/** How many names may be asked for within {@link #ASKED}, whatever we are told. */
	private static final int MAX_ASKED = 256;

	private final EventLoop loop;

	private final Network network;

	private final Domain domain;

	private final Map<Instance.Key, Known> known = new LinkedHashMap<>();

	private final Room room = new Room();

	private final Map<Instance.Key, Boolean> gone = new HashMap<>();

	private final Set<Watch> watches = new LinkedHashSet<>();

	private final Set<Lookup> lookups = new LinkedHashSet<>();

	private final Set<String> asked = new LinkedHashSet<>();

	private boolean full;

	Browser(EventLoop loop, Network network, Domain domain) {
		this.loop = loop;
		this.network = network;
		this.domain = domain;
	}

	/** Begins a watch. */
	void add(Watch watch, List<Instance> own) {
		this.known.values().stream().filter((k) -> watch.covers(k.instance)).forEach((k) -> {
			watch.tell(Change.Action.CREATE, k.instance.service());
		});
		this.watches.add(watch);
		own.forEach(this::came);
		this.network.ask(Domain.question(watch.name(), DnsRecordType.PTR));
		for (Duration first : FIRST) {
			this.loop.after(first, () -> ask(watch));
		}
		heal(watch);
	}

	/** Ends a watch. */
	void remove(Watch watch) {
		this.watches.remove(watch);
		this.known.values().removeIf((k) -> {
			if (isWatched(k.instance)) {
				return false;
			}
			this.room.free(k.instance);
			return true;
		});
	}

	private void heal(Watch watch) {
		this.loop.after(HEAL.multipliedBy(75 + (long) (50 * random())).dividedBy(100), () -> {
			if (this.watches.contains(watch)) {
				ask(watch);
				heal(watch);
			}
		});
	}

	private void ask(Watch watch) {
		if (this.watches.contains(watch)) {
			ask(watch.name(), DnsRecordType.PTR);
		}
	}

	private void ask(String name, DnsRecordType type) {
		if (this.asked.size() < MAX_ASKED && this.asked.add(name)) {
			this.loop.after(ASKED, () -> this.asked.remove(name));
			this.network.ask(Domain.question(name, type));
		}
	}

	/** Begins a look-up. */
	void add(Lookup lookup, Duration timeout) {
		this.lookups.add(lookup);
		this.network.ask(Domain.question(lookup.name(), DnsRecordType.PTR));
		// Packets get lost, above all on a busy machine.
		this.loop.after(timeout.multipliedBy(2).dividedBy(5), () -> {
			lookup.unanswered()
				.stream()
				.limit(MAX_ASKED)
				.forEach((name) -> this.network.ask(Domain.question(name, DnsRecordType.PTR)));
		});
		this.loop.after(timeout, () -> {
			if (lookup.lacksVersions()) {
				this.loop.after(timeout, () -> end(lookup));
			}
			else {
				end(lookup);
			}
		});
	}

	private void end(Lookup lookup) {
		this.lookups.remove(lookup);
		lookup.complete();
	}

	/**
	 * Takes in what a response tells.
	 * @param answer whether it is the answer to a question of ours
	 */
	void received(DnsMessage message, boolean answer) {
		if (this.watches.isEmpty() && this.lookups.isEmpty()) {
			return;
		}
		for (Instance instance : this.domain.instances(message, this::isWanted)) {
			heard(instance, answer);
		}
		if (isAllWanted()) {
			for (String service : this.domain.listed(message)) {
				listed(service);
			}
		}
		for (String name : names().toList()) {
			this.domain.incomplete(message, name).forEach((instance) -> ask(instance, DnsRecordType.ANY));
		}
	}

	private void listed(String service) {
		String name = this.domain.name(service);
		this.lookups.stream().filter(Lookup::isOfAll).forEach((lookup) -> lookup.listed(service, name));
		ask(name, DnsRecordType.PTR);
	}

	private void heard(Instance instance, boolean answer) {
		Known former = this.known.get(instance.key());
		Boolean goneHere = this.gone.get(instance.key());
		if (former != null && former.own) {
			return;
		}
		if (goneHere != null && instance.ttl() > 0 && (answer || goneHere)) {
			return;
		}
		this.lookups.forEach((lookup) -> lookup.heard(instance));
		if (instance.ttl() == 0) {
			forget(instance, false);
		}
		else if (isWatched(instance)) {
			know(instance, false);
		}
	}

	/** A node was registered here. */
	void came(Instance instance) {
		this.gone.remove(instance.key());
		if (isWatched(instance)) {
			know(instance, true);
		}
	}

	/** A node that was registered here is no longer. */
	void went(Instance instance) {
		this.lookups.forEach((lookup) -> lookup.went(instance));
		forget(instance, true);
	}

	private void forget(Instance instance, boolean own) {
		Known former = this.known.remove(instance.key());
		if (former != null) {
			this.room.free(former.instance);
			tell(Change.Action.DELETE, former.instance);
		}
		if (this.gone.size() < Room.MAX_NODES) {
			this.gone.put(instance.key(), own);
			this.loop.after(MOURNING, () -> this.gone.remove(instance.key()));
		}
	}

	private void know(Instance instance, boolean own) {
		Known former = this.known.get(instance.key());
		if (!this.room.swap((former != null) ? former.instance : null, instance)) {
			if (!this.full) {
				this.full = true;
				log.warn(
						"mDNS knows {} nodes, {} at the most and {} bytes about them, and passes over what comes later",
						this.known.size(), Room.MAX_NODES, Room.MAX_SIZE);
			}
			return;
		}
		Change.Action action = (former == null) ? Change.Action.CREATE : Change.Action.UPDATE;
		if (former == null || !former.instance.service().equals(instance.service())) {
			tell(action, instance);
		}
		if (former != null && former.own == own && former.instance.ttl() <= instance.ttl()) {
			former.hear(instance);
			return;
		}
		// The timer of the former would go off too late.
		Known present = new Known(instance, own);
		this.known.put(instance.key(), present);
		if (!own) {
			this.loop.after(present.untilDoubt(), () -> doubt(present));
		}
	}

	/**
	 * Asks for a node that was not heard of for long, again and again until it is gone.
	 */
	private void doubt(Known node) {
		Instance.Key key = node.instance.key();
		if (this.known.get(key) != node) {
			return;
		}
		if (node.untilDoubt().isZero()) {
			if (node.doubts == DOUBTS.length - 1) {
				this.known.remove(key);
				this.room.free(node.instance);
				tell(Change.Action.DELETE, node.instance);
				return;
			}
			node.doubts++;
			ask(this.domain.name(key.service()), DnsRecordType.PTR);
		}
		this.loop.after(node.untilDoubt(), () -> doubt(node));
	}

	private void tell(Change.Action action, Instance instance) {
		for (Watch watch : this.watches) {
			if (watch.covers(instance)) {
				watch.tell(action, instance.service());
			}
		}
	}

	private boolean isWatched(Instance instance) {
		return this.watches.stream().anyMatch((watch) -> watch.covers(instance));
	}

	private boolean isAllWanted() {
		return this.watches.stream().anyMatch(Watch::isOfAll) || this.lookups.stream().anyMatch(Lookup::isOfAll);
	}

	private boolean isWanted(String instanceName) {
		return isAllWanted() || names().anyMatch((name) -> instanceName.endsWith("." + name));
	}

	/** Whom the nodes of the services that are wanted belong to. */
	private Stream<String> names() {
		return Stream.concat(this.watches.stream().filter((watch) -> !watch.isOfAll()).map(Watch::name),
				this.lookups.stream().filter((lookup) -> !lookup.isOfAll()).map(Lookup::name));
	}

	/** Ends everything; look-ups under way give what they have. */
	void close() {
		this.lookups.forEach(Lookup::complete);
		this.lookups.clear();
		this.watches.forEach(Watch::close);
		this.watches.clear();
	}

	private static double random() {
		return ThreadLocalRandom.current().nextDouble();
	}

	/** A node that is watched, as it was heard of last. */
	private static final class Known {

		private final boolean own;

		/** Part of its life, so that not all processes ask at once. */
		private final double jitter = JITTER * random();

		private Instance instance;

		private long heardAt;

		private int doubts;

		Known(Instance instance, boolean own) {
			this.own = own;
			this.instance = instance;
			this.heardAt = System.nanoTime();
		}

		void hear(Instance present) {
			this.instance = present;
			this.heardAt = System.nanoTime();
			this.doubts = 0;
		}

		/** How long until it is to be asked for, or gone; zero when that is now. */
		Duration untilDoubt() {
			double age = DOUBTS[this.doubts] + ((this.doubts == 0) ? this.jitter : 0);
			long due = (long) (this.instance.ttl() * 1e9 * age);
			return Duration.ofNanos(Math.max(0, due - (System.nanoTime() - this.heardAt)));
		}

	}

}
