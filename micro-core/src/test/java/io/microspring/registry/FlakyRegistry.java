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
		List<Service> answer = this.memory.get(name);
		try {
			this.gate.await();
		}
		catch (InterruptedException ex) {
			throw new RegistryException("interrupted", ex);
		}
		return answer;
	}

	@Override
	public List<Service> list() {
		this.lists.incrementAndGet();
		requireUp();
		return this.memory.list();
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		this.watches.incrementAndGet();
		requireUp();
		if (!this.watchable) {
			throw new RegistryException("flaky cannot watch now", null);
		}
		return this.memory.watch(name, listener);
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
