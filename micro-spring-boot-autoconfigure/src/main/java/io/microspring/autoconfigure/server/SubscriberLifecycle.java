package io.microspring.autoconfigure.server;

import org.springframework.context.SmartLifecycle;

/**
 * Starts the subscriptions once the server listens, and ends them before it is drained.
 */
final class SubscriberLifecycle implements SmartLifecycle {

	static final int PHASE = DEFAULT_PHASE - 768;

	private final ServerLifecycle server;

	private volatile boolean running;

	SubscriberLifecycle(ServerLifecycle server) {
		this.server = server;
	}

	@Override
	public void start() {
		if (this.server.isRunning()) {
			this.server.server().startSubscribers();
			this.running = true;
		}
	}

	@Override
	public void stop() {
		try {
			this.server.server().stopSubscribers();
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
