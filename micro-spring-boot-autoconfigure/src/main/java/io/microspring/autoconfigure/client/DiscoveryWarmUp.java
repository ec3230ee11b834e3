package io.microspring.autoconfigure.client;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.microspring.client.Client;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;

/**
 * Looks up the services that the application calls while it starts, and connects to them,
 * so that the first call need do neither: those of its interfaces, and those that
 * properties name. The start waits for it for a while, before anything is served; what
 * takes longer goes on, and what fails or is not there is looked up again by the first
 * call.
 */
final class DiscoveryWarmUp implements SmartInitializingSingleton, SmartLifecycle {

	/** Before a server listens. */
	static final int PHASE = DEFAULT_PHASE - 1536;

	private static final Logger log = LoggerFactory.getLogger(DiscoveryWarmUp.class);

	private final ListableBeanFactory beans;

	private final Client client;

	private final Set<String> named;

	private final Duration timeout;

	private final Set<String> underWay = ConcurrentHashMap.newKeySet();

	private volatile CompletableFuture<Void> all = CompletableFuture.completedFuture(null);

	private volatile boolean running;

	DiscoveryWarmUp(ListableBeanFactory beans, Client client, Set<String> named, Duration timeout) {
		this.beans = beans;
		this.client = client;
		this.named = named;
		this.timeout = timeout;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.underWay.addAll(this.named);
		for (MicroClientFactoryBean<?> api : this.beans.getBeansOfType(MicroClientFactoryBean.class, true, false)
			.values()) {
			api.addDiscovered(this.underWay);
		}
		this.all = CompletableFuture
			.allOf(Set.copyOf(this.underWay).stream().map(this::warmUp).toArray(CompletableFuture[]::new));
	}

	private CompletableFuture<?> warmUp(String service) {
		return this.client.warmUp(service).handle((done, failure) -> {
			this.underWay.remove(service);
			if (failure != null) {
				log.debug("{} could not be reached ahead of the first call: {}", service, failure.getMessage());
			}
			return service;
		});
	}

	@Override
	public void start() {
		this.running = true;
		if (this.timeout.isZero()) {
			return;
		}
		this.all.completeOnTimeout(null, this.timeout.toNanos(), TimeUnit.NANOSECONDS).join();
		if (!this.underWay.isEmpty()) {
			log.info("Going on without {}, of which nothing is known after {}", new TreeSet<>(this.underWay),
					this.timeout);
		}
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
