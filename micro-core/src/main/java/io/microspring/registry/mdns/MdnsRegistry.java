package io.microspring.registry.mdns;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * Multicast DNS in go-micro's scheme: every process answers for its own nodes and asks
 * the others, over 224.0.0.251 and ff02::fb; there is no server (protocol reference
 * §7.2). It meets go-micro v1, v2 and newer.
 * <p>
 * Unlike go-micro's, it forgets a node that is not renewed within its time to live, tells
 * that time to the others (120 s at the most, which every record says to go-micro), and
 * misses nodes whose process was killed: a look-up at once, since they do not answer; a
 * watcher when their records run out. {@link #close} says goodbye for what is registered,
 * because nobody is left to answer for it.
 * <p>
 * A look-up takes as long as {@link MdnsOptions#timeout()}, since nobody knows how many
 * will answer: put {@link Registry#cached} before it. Where multicast does not work, the
 * processes of this host find each other over loopback; log and {@link #health} say so.
 * The sockets are opened when they are first needed. go-micro: {@code registry/mdns}.
 */
final class MdnsRegistry implements Registry {

	/** The loop never waits; whoever waits this long for it waits in vain. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final MdnsOptions options;

	private final Domain domain;

	private final ExecutorService listeners = Threads.executor(ExecutorMode.AUTO, "micro-mdns-watch");

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Parts parts;

	private boolean closed;

	/**
	 * A registry.
	 * @param options its options
	 * @throws IllegalArgumentException when the domain is no domain name
	 */
	MdnsRegistry(MdnsOptions options) {
		this.options = options;
		this.domain = new Domain(options.domain());
	}

	@Override
	public String name() {
		return "mdns";
	}

	/**
	 * {@inheritDoc}
	 * @throws RegistryException also when DNS cannot carry a node: its address is not
	 * {@code ip:port}, a part of the service's name between two dots is longer than 63
	 * characters, or all it offers is too much for a datagram
	 */
	@Override
	public void register(Service service, Duration ttl) {
		String action = "register " + service.name();
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException(action + ": at least one node is needed");
		}
		List<NodeRecords> records = service.nodes().stream().map((node) -> records(service, node, ttl)).toList();
		Parts open = open(action);
		String unfindable = await(action, open.loop.submit(() -> {
			String reason = open.network.unfindable();
			if (reason == null) {
				records.forEach((node) -> {
					open.responder.register(node, ttl);
					open.browser.came(node.instance());
				});
			}
			return (reason != null) ? reason : "";
		}));
		if (!unfindable.isEmpty()) {
			throw failure(action, unfindable, null);
		}
	}

	private NodeRecords records(Service service, Node node, Duration ttl) {
		try {
			return new NodeRecords(new Instance(service.withNodes(List.of(node)), Instance.lifetime(ttl)), this.domain);
		}
		catch (IllegalArgumentException ex) {
			throw failure("register node " + node.id() + " of " + service.name(), String.valueOf(ex.getMessage()), ex);
		}
	}

	@Override
	public void deregister(Service service) {
		String action = "deregister " + service.name();
		Parts open = open(action);
		await(action, open.loop.submit(() -> {
			for (Node node : service.nodes()) {
				Instance instance = new Instance(service.withNodes(List.of(node)), 0);
				if (open.responder.deregister(instance.key())) {
					open.browser.went(instance);
				}
			}
			return "";
		}));
	}

	@Override
	public List<Service> get(String name) {
		String asked;
		try {
			asked = this.domain.name(name);
		}
		catch (IllegalArgumentException ex) {
			// What DNS cannot name nobody can have registered.
			return List.of();
		}
		return find("get " + name, asked, name);
	}

	@Override
	public List<Service> list() {
		return find("list", this.domain.listing(), null);
	}

	private List<Service> find(String action, String asked, @Nullable String service) {
		Parts open = open(action);
		return await(action, open.loop.submit(() -> {
			Lookup lookup = new Lookup(asked, service, open.responder.instances());
			open.browser.add(lookup, this.options.timeout());
			return lookup.result();
		}).thenCompose((result) -> result));
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		String action = "watch " + (name.isEmpty() ? "everything" : name);
		Watch watch;
		try {
			watch = new Watch(name.isEmpty() ? this.domain.listing() : this.domain.name(name), name, this.listeners,
					listener);
		}
		catch (IllegalArgumentException ex) {
			throw failure(action, String.valueOf(ex.getMessage()), ex);
		}
		Parts open = open(action);
		await(action, open.loop.submit(() -> {
			open.browser.add(watch, open.responder.instances());
			return "";
		}));
		return () -> {
			watch.close();
			open.loop.execute(() -> open.browser.remove(watch));
		};
	}

	/**
	 * {@inheritDoc} Degraded means that only processes of this host are found.
	 */
	@Override
	public HealthReport health() {
		try {
			return open("look at the network").network.health();
		}
		catch (RegistryException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage()));
		}
	}

	/** What of multicast does not work, or that nobody else was heard. */
	@Override
	public String hint() {
		this.lock.lock();
		try {
			return (this.parts != null) ? this.parts.network.hint() : "";
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Says goodbye for the nodes that are still registered here. */
	@Override
	public void close() {
		this.lock.lock();
		try {
			Parts open = this.parts;
			if (!this.closed && open != null) {
				open.loop.execute(() -> {
					open.responder.close();
					open.browser.close();
				});
				open.network.close();
			}
			this.closed = true;
		}
		finally {
			this.lock.unlock();
		}
		this.listeners.shutdown();
	}

	private Parts open(String action) {
		this.lock.lock();
		try {
			if (this.closed) {
				throw failure(action, "it is closed", null);
			}
			if (this.parts == null) {
				this.parts = new Parts(this.options, this.domain);
			}
			await(action, this.parts.ready);
			return this.parts;
		}
		catch (RegistryException ex) {
			forgetFailure();
			throw ex;
		}
		catch (IOException ex) {
			throw failure(action, "no sockets can be had: " + ex.getMessage(), ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The next call tries anew. */
	private void forgetFailure() {
		Parts failed = this.parts;
		if (failed != null && failed.ready.isCompletedExceptionally()) {
			failed.network.close();
			this.parts = null;
		}
	}

	private <T> T await(String action, CompletableFuture<T> future) {
		try {
			return future.get(PATIENCE.plus(this.options.timeout().multipliedBy(2)).toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw failure(action, "interrupted", ex);
		}
		catch (ExecutionException ex) {
			throw failure(action, String.valueOf(ex.getCause()), ex.getCause());
		}
		catch (TimeoutException ex) {
			throw failure(action, "it does not answer within " + PATIENCE.toSeconds() + " s", ex);
		}
	}

	private RegistryException failure(String action, String reason, @Nullable Throwable cause) {
		return new RegistryException("registry mdns, " + action + ": " + reason, cause);
	}

	@Override
	public String toString() {
		return "mdns, domain " + this.options.domain() + ", port " + this.options.port();
	}

	/** What is there once the sockets are open. */
	private static final class Parts {

		private final EventLoop loop;

		private final Network network;

		private final Responder responder;

		private final Browser browser;

		private final CompletableFuture<Void> ready;

		Parts(MdnsOptions options, Domain domain) throws IOException {
			this.loop = new EventLoop();
			this.network = new Network(options, domain, this.loop, this::received);
			this.browser = new Browser(this.loop, this.network, domain);
			this.responder = new Responder(this.loop, this.network, domain, this.browser::went);
			this.loop.start();
			this.ready = this.network.start();
		}

		private void received(DnsMessage message, Network.Source source) {
			if (message.isResponse()) {
				this.browser.received(message, source.isAnswer());
			}
			else {
				this.responder.answer(message, source);
			}
		}

	}

}
