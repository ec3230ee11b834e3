package io.microspring.plugins.registry.gossip;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services that were heard of, node by node. Of two that say something of a node the
 * newer one is believed; what was taken back is remembered for a while, so that old news
 * of it, still under way, does not bring it back. The nodes of a member that is gone are
 * out of sight, and in sight again when it is back.
 * <p>
 * Used by one thread, but for {@link #get} and {@link #list}, which any may use.
 */
final class ServiceTable {

	/**
	 * How long a node lives of which nobody said how long: what Go tells whoever joins
	 * has no end. It is renewed before, if it is there.
	 */
	static final Duration UNSAID = Duration.ofSeconds(90);

	private static final Duration REMEMBERED = Duration.ofMinutes(5);

	private static final int MAX_NODES = 50_000;

	private static final Logger log = LoggerFactory.getLogger(ServiceTable.class);

	private final BiConsumer<String, List<Change>> listener;

	private final Map<Key, Entry> entries = new LinkedHashMap<>();

	private final Map<String, Map<Key, Entry>> names = new HashMap<>();

	private final Map<Key, Gone> gone = new LinkedHashMap<>();

	private final Set<String> down = new HashSet<>();

	/** What is in sight, by name, one entry per version. */
	private final Map<String, List<Service>> view = new ConcurrentHashMap<>();

	private final Set<String> changed = new HashSet<>();

	private boolean full;

	/**
	 * An empty table.
	 * @param listener is told of changes in sight, by name
	 */
	ServiceTable(BiConsumer<String, List<Change>> listener) {
		this.listener = listener;
	}

	List<Service> get(String name) {
		return this.view.getOrDefault(name, List.of());
	}

	List<Service> list() {
		return this.view.values().stream().flatMap(List::stream).toList();
	}

	Collection<Entry> entries() {
		return this.entries.values();
	}

	/** What others may be told of: not the nodes of members that are gone. */
	List<Entry> inSight() {
		return this.entries.values().stream().filter((entry) -> !this.down.contains(entry.member())).toList();
	}

	@Nullable Entry find(Key key) {
		return this.entries.get(key);
	}

	/**
	 * Takes over what is newer than what is known; {@link #publish} then shows it.
	 * @param news a node
	 * @param now the time, in nanoseconds since 1970
	 * @return whether it was
	 */
	boolean put(Entry news, long now) {
		Key key = news.key();
		Entry known = this.entries.get(key);
		if (news.expires() <= now || (known != null && news.version() <= known.version())
				|| isGone(key, news.version(), now)) {
			return false;
		}
		if (known == null && this.entries.size() == MAX_NODES) {
			if (!this.full) {
				this.full = true;
				log.warn("The gossip registry holds {} nodes and takes no more", MAX_NODES);
			}
			return false;
		}
		this.gone.remove(key);
		this.entries.put(key, news);
		this.names.computeIfAbsent(key.service(), (name) -> new LinkedHashMap<>()).put(key, news);
		if (known == null || !known.service().equals(news.service()) || !known.member().equals(news.member())) {
			this.changed.add(key.service());
		}
		return true;
	}

	private boolean isGone(Key key, long version, long now) {
		Gone known = this.gone.get(key);
		if (known == null || version > known.version()) {
			return false;
		}
		// Whoever goes on telling old news does not win by patience.
		remember(key, known.version(), now);
		return true;
	}

	/**
	 * Takes a node back; {@link #publish} then shows it.
	 * @param key the node
	 * @param version of the news; 0 when it does not say
	 * @param now the time, in nanoseconds since 1970
	 * @return the version of what is no longer believed, or null when it was old news
	 */
	@Nullable Long remove(Key key, long version, long now) {
		Entry known = this.entries.get(key);
		if (known == null) {
			Gone former = this.gone.get(key);
			if (version == 0 || (former != null && former.version() >= version)) {
				return null;
			}
			remember(key, version, now);
			return version;
		}
		if (version != 0 && version < known.version()) {
			return null;
		}
		long last = Math.max(version, known.version());
		drop(key, known);
		remember(key, last, now);
		return last;
	}

	private void drop(Key key, Entry known) {
		this.entries.remove(key, known);
		Map<Key, Entry> nodes = this.names.get(key.service());
		if (nodes != null) {
			nodes.remove(key);
			if (nodes.isEmpty()) {
				this.names.remove(key.service());
			}
		}
		this.changed.add(key.service());
	}

	private void remember(Key key, long version, long now) {
		this.gone.remove(key);
		this.gone.put(key, new Gone(version, now));
		if (this.gone.size() > MAX_NODES) {
			this.gone.remove(this.gone.keySet().iterator().next());
		}
	}

	/** Ends what was not renewed, and forgets members that nothing is known of. */
	void expire(long now) {
		Set<String> members = new HashSet<>();
		for (Entry entry : List.copyOf(this.entries.values())) {
			if (entry.expires() <= now) {
				drop(entry.key(), entry);
				remember(entry.key(), entry.version(), now);
			}
			else {
				members.add(entry.member());
			}
		}
		this.down.retainAll(members);
		Iterator<Gone> oldest = this.gone.values().iterator();
		while (oldest.hasNext() && now - oldest.next().since() > REMEMBERED.toNanos()) {
			oldest.remove();
		}
		publish();
	}

	/** The nodes of a member that is gone go out of sight. */
	void down(String member) {
		if (this.down.add(member)) {
			changedOf(member);
			publish();
		}
	}

	/** The nodes of a member that is back come into sight. */
	void up(String member) {
		if (this.down.remove(member)) {
			changedOf(member);
			publish();
		}
	}

	private void changedOf(String member) {
		for (Entry entry : this.entries.values()) {
			if (entry.member().equals(member)) {
				this.changed.add(entry.key().service());
			}
		}
	}

	/** Shows what has changed, and tells of it. */
	void publish() {
		for (String name : this.changed) {
			List<Service> before = get(name);
			// The newest last: it says what the version is like.
			List<Service> present = Service.byVersion(this.names.getOrDefault(name, Map.of())
				.values()
				.stream()
				.filter((entry) -> !this.down.contains(entry.member()))
				.sorted(Comparator.comparingLong(Entry::version))
				.map(Entry::service)
				.toList());
			if (present.isEmpty()) {
				this.view.remove(name);
			}
			else {
				this.view.put(name, present);
			}
			List<Change> changes = Change.between(before, present);
			if (!changes.isEmpty()) {
				this.listener.accept(name, changes);
			}
		}
		this.changed.clear();
	}

	/**
	 * Which node.
	 *
	 * @param service name of its service
	 * @param version version of that
	 * @param node its id
	 */
	record Key(String service, String version, String node) {

		static Key of(Service service, Node node) {
			return new Key(service.name(), service.version(), node.id());
		}

	}

	/**
	 * What is known of a node.
	 *
	 * @param service its service, with this node alone
	 * @param expires when it ends, in nanoseconds since 1970
	 * @param version counts what was said of it; 0 for less than anything
	 * @param member the member that it belongs to, empty when that is not known
	 */
	record Entry(Service service, long expires, long version, String member) {

		Entry {
			Objects.requireNonNull(member, "member");
			if (service.nodes().size() != 1) {
				throw new IllegalArgumentException("one node, not " + service.nodes().size());
			}
		}

		Key key() {
			return Key.of(this.service, this.service.nodes().get(0));
		}

	}

	/**
	 * What was taken back.
	 *
	 * @param version up to which nothing is believed
	 * @param since since when, in nanoseconds since 1970
	 */
	private record Gone(long version, long since) {

	}

}
