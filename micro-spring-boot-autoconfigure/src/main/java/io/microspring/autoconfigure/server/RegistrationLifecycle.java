package io.microspring.autoconfigure.server;

import io.microspring.registry.Service;
import io.microspring.server.Server;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Announces the service when everything else has started, and takes that back before
 * anything else stops: readiness goes down, then the registration, then the news travels.
 */
final class RegistrationLifecycle implements SmartLifecycle {

	static final int PHASE = DEFAULT_PHASE - 512;

	private final ServerLifecycle server;

	private final ApplicationContext context;

	private volatile boolean running;

	RegistrationLifecycle(ServerLifecycle server, ApplicationContext context) {
		this.server = server;
		this.context = context;
	}

	@Override
	public void start() {
		if (this.server.isRunning()) {
			Server registering = this.server.server();
			registering.register();
			this.running = true;
			if (registering.stats().registered()) {
				this.context.publishEvent(new MicroRegisteredEvent(registering.service()));
			}
		}
	}

	@Override
	public void stop() {
		try {
			AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
			Service service = this.server.server().service();
			this.server.server().deregister();
			this.context.publishEvent(new MicroDeregisteredEvent(service));
		}
		finally {
			this.running = false;
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
