package io.microspring.test;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Tries random input for a while: a second unless the system property
 * {@code micro.fuzz.seconds} says otherwise. What fails is tried again by its seed, which
 * the failure names and {@code micro.fuzz.seed} takes.
 */
public final class Fuzz {

	private static final long SEED = 20261121;

	private Fuzz() {
	}

	/**
	 * Makes attempts until the time is over, one at least.
	 * @param attempt makes one, with input from a generator of its own
	 * @return how many were made
	 * @throws AssertionError when one throws anything, naming the seed
	 */
	public static int run(Attempt attempt) {
		Long seed = Long.getLong("micro.fuzz.seed");
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("micro.fuzz.seconds", 1));
		int attempts = 0;
		do {
			long present = (seed != null) ? seed : SEED + attempts;
			try {
				attempt.make(new Random(present));
			}
			catch (Throwable ex) {
				throw new AssertionError("failed with -Dmicro.fuzz.seed=" + present + ": " + ex, ex);
			}
			attempts++;
		}
		while (seed == null && System.nanoTime() < end);
		return attempts;
	}

	/** One try. */
	@FunctionalInterface
	public interface Attempt {

		/**
		 * Tries.
		 * @param random what the input is made of
		 * @throws Exception anything at all is a failure
		 */
		void make(Random random) throws Exception;

	}

}
