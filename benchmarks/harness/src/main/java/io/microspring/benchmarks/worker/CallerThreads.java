package io.microspring.benchmarks.worker;

import java.lang.reflect.Method;

/**
 * Threads that blocking calls are made on: virtual ones where Java has them.
 */
final class CallerThreads {

	private CallerThreads() {
	}

	static void start(Runnable task) {
		try {
			// From JDK 21 on.
			Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
			start.invoke(null, task);
		}
		catch (ReflectiveOperationException ex) {
			Thread thread = new Thread(task, "caller");
			thread.setDaemon(true);
			thread.start();
		}
	}

}
