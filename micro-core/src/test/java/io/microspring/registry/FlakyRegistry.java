package io.microspring.registry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A registry in memory that can be switched off, held up and counted. */
class FlakyRegistry implements Registry {

	final Registry memory = Registry.memory();

	final AtomicInteger gets = new AtomicInteger();

	final AtomicInteger lists = new AtomicInteger();

	final AtomicInteger watches = new AtomicInteger();

	volatile boolean down;

	/** Whether watches can begin, and tell of anything. */
	volatile boolean watchable = true;

	/** Look-ups are answered once it is open; what they answer is older than that. */
	volatile CountDownLatch gate = new CountDownLatch(0);

	/** Watches begin once it is open. */
	volatile CountDownLatch watchGate = new CountDownLatch(0);

	final AtomicInteger openWatches = new AtomicInteger();

	/** Whether it may be asked for a list. */
	volatile boolean listable = true;

	/** A name that is none. */
	volatile String invalid = "";

	volatile boolean closed;

	@Override
	public String name() {
		return "flaky";
	}

	@Override
	public void register(Service service, Duration ttl) {
		requireUp();
		this.memory.register(service, ttl);
	}

	@Override
	public void deregister(Service service) {
		requireUp();
		this.memory.deregister(service);
	}

	@Override
	public List<Service> get(String name) {
		this.gets.incrementAndGet();
		requireUp();
		if (name.equals(this.invalid)) {
			throw new IllegalArgumentException("'" + name + "' is no name");
		}
		List<Service> answer = this.memory.get(name);
		await(this.gate);
		return answer;
	}

	@Override
	public List<Service> list() {
		this.lists.incrementAndGet();
		requireUp();
		if (!this.listable) {
			throw new RegistryException("flaky may not be asked for a list", null);
		}
		return this.memory.list();
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		this.watches.incrementAndGet();
		requireUp();
		if (!this.watchable) {
			throw new RegistryException("flaky cannot watch now", null);
		}
		await(this.watchGate);
		Watcher watcher = this.memory.watch(name, listener);
		this.openWatches.incrementAndGet();
		return () -> {
			watcher.close();
			this.openWatches.decrementAndGet();
		};
	}

	private static void await(CountDownLatch gate) {
		try {
			gate.await();
		}
		catch (InterruptedException ex) {
			throw new RegistryException("interrupted", ex);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.memory.close();
	}

	private void requireUp() {
		if (this.down) {
			throw new RegistryException("flaky at 127.0.0.1:1 refused the connection", null);
		}
	}

}
