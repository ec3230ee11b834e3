package io.microspring.autoconfigure.server;

import java.util.concurrent.CountDownLatch;

import io.microspring.concurrent.Threads;
import io.microspring.server.Server;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the server after the web server, and drains and closes it before that one stops.
 * While it runs, the process stays alive: the server's own threads are daemons. What was
 * closed does not start again.
 */
final class ServerLifecycle implements SmartLifecycle, DisposableBean {

	/** After Boot's web servers in starting, before them in stopping. */
	static final int PHASE = DEFAULT_PHASE - 1024;

	private final Server server;

	private final HandlerCollector collector;

	private final boolean always;

	private final ApplicationEventPublisher events;

	private final CountDownLatch stopped = new CountDownLatch(1);

	private volatile boolean running;

	ServerLifecycle(Server server, HandlerCollector collector, boolean always, ApplicationEventPublisher events) {
		this.server = server;
		this.collector = collector;
		this.always = always;
		this.events = events;
	}

	/**
	 * The server.
	 * @return the server
	 */
	Server server() {
		return this.server;
	}

	@Override
	public void start() {
		if (!this.always && this.collector.isEmpty() && this.server.handlers().isEmpty()) {
			return;
		}
		if (this.stopped.getCount() == 0) {
			throw new IllegalStateException("The server was closed when the application context stopped, and cannot be"
					+ " started again; refresh a new application context instead");
		}
		this.server.start();
		this.running = true;
		Threads.unstarted("micro-keep-alive", this::awaitStop).start();
		this.events.publishEvent(new MicroServerStartedEvent(this.server.service()));
	}

	private void awaitStop() {
		try {
			this.stopped.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void stop() {
		try {
			this.server.close();
		}
		finally {
			this.running = false;
			this.stopped.countDown();
		}
	}

	/** Also where another bean failed to start, and nothing is stopped in order. */
	@Override
	public void destroy() {
		this.stopped.countDown();
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
