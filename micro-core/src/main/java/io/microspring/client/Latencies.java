package io.microspring.client;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How long the calls of an endpoint took lately: counts of times that are alike, eight to
 * each doubling, so that a percentile is exact to an eighth. Older times count for less
 * and less. Thread-safe; times that come while the counts are halved may be lost.
 */
final class Latencies {

	/** From so many on it is known how long a call takes. */
	private static final int ENOUGH = 100;

	/** At so many, all counts are halved. */
	private static final int HALVED_AT = 2000;

	private static final int PARTS = 8;

	private static final int PART_BITS = 3;

	private final AtomicIntegerArray counts = new AtomicIntegerArray(Long.SIZE * PARTS);

	private final AtomicInteger total = new AtomicInteger();

	void add(long nanos) {
		this.counts.incrementAndGet(place(Math.max(PARTS, nanos)));
		if (this.total.incrementAndGet() == HALVED_AT) {
			int left = 0;
			for (int i = 0; i < this.counts.length(); i++) {
				left += this.counts.updateAndGet(i, (count) -> count / 2);
			}
			this.total.set(left);
		}
	}

	/**
	 * The time within which a part of the calls is answered.
	 * @param part the part, between 0 and 1
	 * @return the time in nanoseconds, or -1 when that is not known yet
	 */
	long percentile(double part) {
		int known = this.total.get();
		if (known < ENOUGH) {
			return -1;
		}
		double wanted = known * part;
		long passed = 0;
		for (int i = 0; i < this.counts.length(); i++) {
			passed += this.counts.get(i);
			if (passed >= wanted) {
				return end(i);
			}
		}
		return -1;
	}

	private static int place(long nanos) {
		int doubling = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
		return doubling * PARTS + (int) (nanos >>> (doubling - PART_BITS)) % PARTS;
	}

	/** The first time that is in the next place. */
	private static long end(int place) {
		long part = PARTS + place % PARTS + 1L;
		return part << (place / PARTS - PART_BITS);
	}

}
