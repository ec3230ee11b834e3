package io.microspring.samples.greeterclient;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.microspring.registry.Registry;

/**
 * Waits for a service that may start later than its caller.
 */
final class Discovery {

	private Discovery() {
	}

	static void await(Registry registry, String service) throws InterruptedException {
		long start = System.nanoTime();
		CountDownLatch seen = new CountDownLatch(1);
		try (Registry.Watcher watcher = registry.watch(service, (change) -> seen.countDown())) {
			if (registry.get(service).isEmpty()) {
				System.out.println("waiting for " + service);
				seen.await(1, TimeUnit.MINUTES);
			}
		}
		System.out.printf("found %s in %d ms%n", service, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
	}

}
