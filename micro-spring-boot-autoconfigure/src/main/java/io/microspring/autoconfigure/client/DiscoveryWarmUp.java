package io.microspring.autoconfigure.client;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Registry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Looks up the services that the application's interfaces call while it starts, so that
 * the cache knows them when the first call is made. Nothing waits for the answers, and a
 * look-up that fails or finds nothing is made again by the first call.
 */
final class DiscoveryWarmUp implements SmartInitializingSingleton {

	private static final Logger log = LoggerFactory.getLogger(DiscoveryWarmUp.class);

	private final ListableBeanFactory beans;

	private final Registry registry;

	DiscoveryWarmUp(ListableBeanFactory beans, Registry registry) {
		this.beans = beans;
		this.registry = registry;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Set<String> services = new LinkedHashSet<>();
		for (MicroClientFactoryBean<?> client : this.beans.getBeansOfType(MicroClientFactoryBean.class, true, false)
			.values()) {
			client.addDiscovered(services);
		}
		if (!services.isEmpty()) {
			ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-warm-up");
			services.forEach((service) -> executor.execute(() -> lookUp(service)));
			executor.shutdown();
		}
	}

	private void lookUp(String service) {
		try {
			log.debug("{} is known at {}", service, this.registry.get(service));
		}
		catch (RuntimeException ex) {
			log.debug("{} could not be looked up ahead of the first call: {}", service, ex.getMessage());
		}
	}

}
