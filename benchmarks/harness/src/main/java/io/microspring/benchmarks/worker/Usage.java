package io.microspring.benchmarks.worker;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;

import com.sun.management.ThreadMXBean;

/**
 * What a process has used of its memory.
 *
 * @param allocated bytes allocated on the heap since it started
 * @param heap bytes of the heap in use
 */
public record Usage(long allocated, long heap) {

	static Usage ofThisProcess() {
		return new Usage(allocatedBytes(), usedHeap());
	}

	static Usage afterCollection() {
		System.gc();
		System.gc();
		return ofThisProcess();
	}

	String toLine() {
		return "usage " + this.allocated + " " + this.heap;
	}

	/**
	 * What a worker wrote.
	 * @param line the line
	 * @return the usage
	 */
	public static Usage parse(String line) {
		String[] words = line.split(" ");
		if (!words[0].equals("usage")) {
			throw new IllegalArgumentException(line);
		}
		return new Usage(Long.parseLong(words[1]), Long.parseLong(words[2]));
	}

	private static long usedHeap() {
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	private static long allocatedBytes() {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		try {
			// From JDK 21 on; it counts threads that have ended, too.
			Method total = ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
			return (long) total.invoke(threads);
		}
		catch (ReflectiveOperationException ex) {
			long sum = 0;
			for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
				sum += Math.max(bytes, 0);
			}
			return sum;
		}
	}

}
