package io.microspring.test.service;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

/** A registry in memory that says what happens to it. */
final class PrintingRegistry implements Registry {

	final CountDownLatch deregistered = new CountDownLatch(1);

	private final Registry memory = Registry.memory();

	private final Consumer<String> printer;

	PrintingRegistry(Consumer<String> printer) {
		this.printer = printer;
	}

	@Override
	public String name() {
		return "printing";
	}

	@Override
	public void register(Service service, Duration ttl) {
		this.memory.register(service, ttl);
		this.printer.accept("registered " + service.name());
	}

	@Override
	public void deregister(Service service) {
		this.memory.deregister(service);
		this.printer.accept("deregistered " + service.name());
		this.deregistered.countDown();
	}

	@Override
	public List<Service> get(String name) {
		return this.memory.get(name);
	}

	@Override
	public List<Service> list() {
		return this.memory.list();
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		return this.memory.watch(name, listener);
	}

	@Override
	public void close() {
		this.memory.close();
	}

}
