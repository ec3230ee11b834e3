package io.microspring.samples.test.figures;

import io.microspring.registry.Registry;
import io.microspring.service.MicroService;

/**
 * A node of this process that registers itself, in a registry of its own.
 */
final class Registered implements Scene.Party {

	private final Registry registry;

	private final MicroService service;

	private final Runnable vanishing;

	/**
	 * A node that listens already.
	 * @param name the service
	 * @param registry its own, closed with it
	 * @param vanishing what makes the registry miss it
	 */
	Registered(String name, Registry registry, Runnable vanishing) {
		this.registry = registry;
		this.service = Echo.service(name, registry, "127.0.0.1:0");
		this.vanishing = vanishing;
		this.service.server().start();
	}

	@Override
	public void appear() {
		this.service.start();
	}

	@Override
	public void vanish() {
		this.vanishing.run();
	}

	@Override
	public void close() {
		this.service.close();
		this.registry.close();
	}

}
