package io.microspring.plugins.registry.gossip;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.microspring.plugins.registry.gossip.ServiceTable.Entry;
import io.microspring.plugins.registry.gossip.ServiceTable.Key;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this member registered, told to the others, and what they told. News is passed on,
 * so that it reaches everyone; go-micro's members do not do that, and each tells three
 * others only.
 * <p>
 * go-micro ties services to no member; ours say whose they are, and what comes in a
 * packet from one of Go's members is its own, because these pass nothing on. Used by the
 * thread of the cluster's sockets.
 */
final class Services implements Cluster.User {

	private static final Logger log = LoggerFactory.getLogger(Services.class);

	/** How often those are told of that live until they are deregistered. */
	private static final Duration RENEWAL = ServiceTable.UNSAID.dividedBy(3);

	private static final Duration EXPIRY_TICK = Duration.ofMillis(250);

	/** Whoever has more registered has all of it told in an exchange. */
	private static final int MAX_ANNOUNCED = 256;

	/** How much of an exchange is passed on. */
	private static final int MAX_PASSED_ON = 1024;

	private final Cluster cluster;

	private final ServiceTable table;

	private final Map<Key, Own> own = new LinkedHashMap<>();

	/** Services of which it was said that they fit into no packet. */
	private final Set<String> large = new HashSet<>();

	private long lastVersion;

	/**
	 * Services of nobody yet; opens the sockets.
	 * @param member name of this member
	 * @param options how it works
	 * @param listener is told of changes, by name
	 */
	Services(String member, GossipOptions options, BiConsumer<String, List<Change>> listener) {
		this.table = new ServiceTable(listener);
		this.cluster = new Cluster(member, options, this);
		Sockets sockets = this.cluster.sockets();
		sockets.every(EXPIRY_TICK, () -> this.table.expire(now()));
		sockets.every(RENEWAL, this::renew);
	}

	Cluster cluster() {
		return this.cluster;
	}

	/** What is known; looking up is for any thread. */
	ServiceTable table() {
		return this.table;
	}

	// own

	void register(Service service, Duration ttl) {
		for (Node node : service.nodes()) {
			Service single = service.withNodes(List.of(node));
			Key key = Key.of(service, node);
			this.own.put(key, new Own(single, ttl));
			tell(key, put(single, ttl), true);
		}
		this.table.publish();
	}

	private Entry put(Service service, Duration ttl) {
		long now = now();
		Duration life = ttl.isZero() ? ServiceTable.UNSAID : ttl;
		Entry entry = new Entry(service, now + Math.min(life.toNanos(), Long.MAX_VALUE / 4), nextVersion(now),
				this.cluster.name());
		this.table.put(entry, now);
		return entry;
	}

	/** Higher than all before, also when the clock is set back. */
	private long nextVersion(long now) {
		this.lastVersion = Math.max(now, this.lastVersion + 1);
		return this.lastVersion;
	}

	void deregister(Service service) {
		for (Node node : service.nodes()) {
			Key key = Key.of(service, node);
			this.own.remove(key);
			Entry known = this.table.find(key);
			if (known == null) {
				continue;
			}
			Long version = this.table.remove(key, nextVersion(Math.max(now(), known.version() + 1)), now());
			if (version != null) {
				tell(key, removal(known, version), true);
			}
		}
		this.table.publish();
	}

	private void renew() {
		this.own.keySet().removeIf((key) -> this.table.find(key) == null);
		this.own.forEach((key, service) -> {
			if (service.ttl().isZero()) {
				tell(key, put(service.service(), Duration.ZERO), true);
			}
		});
	}

	@Override
	public void announce() {
		this.own.keySet().stream().limit(MAX_ANNOUNCED).forEach((key) -> {
			Entry entry = this.table.find(key);
			if (entry != null) {
				tell(key, entry, true);
			}
		});
	}

	/**
	 * Says goodbye, for its nodes, too: go-micro's members do not know whose they are.
	 */
	CompletableFuture<Void> leave() {
		return this.cluster.sockets().submit(() -> {
			this.own.keySet().stream().limit(MAX_ANNOUNCED).forEach((key) -> {
				Entry entry = this.table.find(key);
				if (entry != null) {
					tell(key, removal(entry, nextVersion(now())), false);
				}
			});
			return true;
		}).thenCompose((told) -> this.cluster.leave());
	}

	private void tell(Key key, Entry entry, boolean directly) {
		Update update = new Update(entry.expires(), Update.CREATE, entry.member(), entry.version(),
				ServiceState.writeService(entry.service()));
		tell(key, update, directly);
	}

	private void tell(Key key, Update update, boolean directly) {
		byte[] content = update.encode();
		if (!this.cluster.tell(key.toString(), content, directly) && this.large.add(key.service())) {
			log.info("{} takes {} bytes, too many for a packet of gossip: members are told of it over TCP, one by one",
					key.service(), content.length);
		}
	}

	private static Update removal(Entry entry, long version) {
		// Whole: Go does not stop the clock of a service that looks different.
		return new Update(0, Update.DELETE, entry.member(), version, ServiceState.writeService(entry.service()));
	}

	// those of others

	@Override
	public void receive(byte[] content, String sender) {
		Update update = Update.decode(content);
		Service service = ServiceState.readService(update.data());
		String member = update.member().isEmpty() ? sender : update.member();
		Key first = Key.of(service, service.nodes().get(0));
		long version = 0;
		for (Node node : service.nodes()) {
			Key key = Key.of(service, node);
			if (isOurs(key, member)) {
				continue;
			}
			version = Math.max(version, update.isDelete() ? removed(key, update)
					: created(service.withNodes(List.of(node)), update, member));
		}
		this.table.publish();
		if (version > 0) {
			this.cluster.tell(first.toString(), update.of(member, version).encode(), false);
		}
	}

	/** Nobody knows better than we do what is ours. */
	private boolean isOurs(Key key, String member) {
		return member.equals(this.cluster.name()) || this.own.containsKey(key);
	}

	/** The version of what was news, 0 when it was none. */
	private long removed(Key key, Update update) {
		Long version = this.table.remove(key, update.version(), now());
		return (version != null) ? version : 0;
	}

	/** The version of what was news, 0 when it was none. */
	private long created(Service service, Update update, String member) {
		long now = now();
		long expires = (update.expires() > 0) ? update.expires() : now + ServiceTable.UNSAID.toNanos();
		// Go's have none; but the later they end, the newer they are.
		long version = (update.version() > 0) ? update.version() : expires;
		return this.table.put(new Entry(service, expires, version, member), now) ? version : 0;
	}

	@Override
	public byte[] state() {
		return ServiceState.write(this.table.inSight());
	}

	@Override
	public List<Entry> read(byte[] state) {
		return (state.length == 0) ? List.of() : ServiceState.read(state, now() + ServiceTable.UNSAID.toNanos());
	}

	@Override
	public void merge(List<Entry> services, boolean passOn) {
		long now = now();
		int passedOn = 0;
		for (Entry entry : services) {
			boolean news = !isOurs(entry.key(), entry.member()) && this.table.put(entry, now);
			if (news && passOn && entry.version() > 0 && passedOn < MAX_PASSED_ON) {
				passedOn++;
				tell(entry.key(), entry, false);
			}
		}
		this.table.publish();
	}

	@Override
	public void up(String member) {
		this.table.up(member);
	}

	@Override
	public void down(String member) {
		this.table.down(member);
	}

	/** The time that all members share, in nanoseconds since 1970. */
	private static long now() {
		Instant now = Instant.now();
		return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
	}

	/**
	 * What was registered here.
	 *
	 * @param service the service with one node
	 * @param ttl how long it lives unless it is renewed; zero for until it is
	 * deregistered
	 */
	private record Own(Service service, Duration ttl) {

	}

}
