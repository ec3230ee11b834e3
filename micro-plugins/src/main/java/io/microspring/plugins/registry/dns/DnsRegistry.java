package io.microspring.plugins.registry.dns;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Mailbox;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.registry.WatchOutage;
import io.netty.handler.codec.dns.DnsRecordType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services that DNS knows: SRV records name their nodes, or A and AAAA records alone. An
 * answer counts as long as its records say, within {@link DnsOptions#minTtl()} and
 * {@link DnsOptions#maxTtl()}.
 * <p>
 * To register is nothing here, and says so once: somebody else writes the records.
 * {@link #list()} and a watch of everything know the services that were looked up by this
 * registry and are there, because DNS lists none.
 * <p>
 * Thread-safe. Needs {@code io.netty:netty-resolver-dns}. go-micro: {@code selector/dns}.
 */
public final class DnsRegistry implements Registry {

	/** Of names beyond it, nothing is remembered. */
	private static final int MAX_NAMES = 10_000;

	private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

	private static final Logger log = LoggerFactory.getLogger(DnsRegistry.class);

	private final DnsOptions options;

	private final DnsClient client;

	private final ExecutorService executor;

	/** What was answered, until it is over; and of which names something is known. */
	private final Map<String, Answer> answers = new ConcurrentHashMap<>();

	private final Set<DnsWatch> watches = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean registering = new AtomicBoolean();

	private final WatchOutage outage = new WatchOutage(log, this::toString);

	private volatile boolean closed;

	/**
	 * A registry; nothing is asked yet.
	 * @param options which servers to ask, and for what
	 */
	public DnsRegistry(DnsOptions options) {
		this(options, RESOLV_CONF);
	}

	DnsRegistry(DnsOptions options, Path resolvConf) {
		this.options = options;
		this.client = new DnsClient(options, resolvConf);
		this.executor = Threads.executor(ExecutorMode.AUTO, "micro-registry-dns");
	}

	@Override
	public String name() {
		return "dns";
	}

	@Override
	public void register(Service service, Duration ttl) {
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException("register " + service.name() + ": at least one node is needed");
		}
		if (this.registering.compareAndSet(false, true)) {
			log.info(
					"{} is registered nowhere: registry dns only reads the records, and somebody else has to write them",
					service.name());
		}
	}

	@Override
	public void deregister(Service service) {
		// Nothing was registered.
	}

	@Override
	public List<Service> get(String name) {
		return find(name).services();
	}

	@Override
	public List<Service> list() {
		// Also when nothing was looked up yet, it fails where DNS does not answer.
		ping("list services");
		List<Service> services = new ArrayList<>();
		long deadline = System.nanoTime() + this.options.timeout().toNanos();
		boolean patient = true;
		for (String name : names()) {
			Answer known = this.answers.get(name);
			try {
				known = (patient || known == null) ? find(name) : known;
			}
			catch (RegistryException ex) {
				if (this.closed || Thread.currentThread().isInterrupted()) {
					throw ex;
				}
				// That nobody answers for one hides no other, nor what is known of it.
				patient = System.nanoTime() - deadline < 0;
				log.debug("Listing what is known of {}", name, ex);
			}
			if (known != null) {
				services.addAll(known.services());
			}
		}
		return List.copyOf(services);
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		requireOpen();
		Mailbox<Change> changes = new Mailbox<>("A listener of registry dns", Integer.MAX_VALUE, this.executor,
				listener);
		DnsWatch watch = new DnsWatch(this, name, changes, this.watches::remove);
		this.watches.add(watch);
		if (this.closed) {
			watch.close();
		}
		return watch;
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("address", this.client.toString().substring("dns at ".length()), "domain",
				String.join(" ", this.client.domains()).strip(), "registration",
				"none: somebody else writes the records");
		try {
			ping("answer");
			return HealthReport.up("dns at " + this.client.server() + " answers; it is only read").with(details);
		}
		catch (RegistryException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.watches.forEach(DnsWatch::close);
		this.client.close();
		this.executor.shutdown();
	}

	@Override
	public String toString() {
		return this.client.toString();
	}

	/** What is known of a name, asked for when that is over. */
	Answer find(String name) {
		requireOpen();
		Answer known = this.answers.get(name);
		if (known != null && !known.isOver()) {
			return known;
		}
		DnsLookup.Found found = new DnsLookup(this.options, this.client, name).find();
		Answer answer = new Answer(found.services(), System.nanoTime() + found.ttl().toNanos());
		if (known != null || this.answers.size() < MAX_NAMES || forgetUnknown()) {
			this.answers.put(name, answer);
		}
		return answer;
	}

	/** The names of which something is known. */
	Set<String> names() {
		Set<String> names = new TreeSet<>();
		this.answers.forEach((name, answer) -> {
			if (!answer.services().isEmpty()) {
				names.add(name);
			}
		});
		return names;
	}

	DnsOptions options() {
		return this.options;
	}

	ExecutorService executor() {
		return this.executor;
	}

	/** A watch is not answered: said once, however many there are. */
	void interrupted(String reason) {
		if (!this.closed) {
			this.outage.failed(reason);
		}
	}

	/** A watch is answered. */
	void resumed() {
		this.outage.answered();
	}

	/** Any answer will do. */
	private void ping(String what) {
		requireOpen();
		String first = this.client.domains().get(0);
		String zone = first.isEmpty() ? "." : first;
		this.client.await(what, this.client.ask(what, zone, DnsRecordType.SOA));
	}

	private boolean forgetUnknown() {
		return this.answers.values().removeIf((answer) -> answer.isOver() && answer.services().isEmpty());
	}

	private void requireOpen() {
		if (this.closed) {
			throw new RegistryException("registry dns is closed", null);
		}
	}

	/**
	 * What was answered.
	 *
	 * @param services one entry per version
	 * @param end when it is over
	 */
	record Answer(List<Service> services, long end) {

		boolean isOver() {
			return System.nanoTime() - this.end > 0;
		}

		Duration left() {
			return Duration.ofNanos(Math.max(0, this.end - System.nanoTime()));
		}

	}

}
