package io.microspring.broker;

import java.util.List;

import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * What the registry knows of subscribers, of all dialects. Thread-safe.
 * <p>
 * Most fleets have subscribers of one dialect only, and a registry such as mDNS takes its
 * time to say that there is nobody. So while there are subscribers of one dialect, an
 * empty answer for the other, or none, counts for a while.
 */
final class HttpLookup {

	/** So many times as long as an answer took, it counts. */
	private static final int HOLD = 10;

	private static final long MAX_HOLD = 10_000_000_000L;

	private final Registry registry;

	private final Asked newest = new Asked(HttpDialect.NEWEST);

	private final Asked v1 = new Asked(HttpDialect.V1);

	HttpLookup(Registry registry) {
		this.registry = registry;
	}

	/**
	 * The subscribers.
	 * @return what is known of them
	 * @throws RegistryException when nothing is known and the registry fails
	 */
	Known known() {
		boolean newestHeld = this.newest.isHeld();
		boolean v1Held = this.v1.isHeld();
		Known known = new Known(newestHeld ? List.of() : this.newest.ask(), v1Held ? List.of() : this.v1.ask());
		if (known.isEmpty() && (newestHeld || v1Held)) {
			known = new Known(newestHeld ? this.newest.ask() : List.of(), v1Held ? this.v1.ask() : List.of());
		}
		RegistryException failure = (this.newest.failure != null) ? this.newest.failure : this.v1.failure;
		if (known.isEmpty() && failure != null) {
			throw failure;
		}
		return known;
	}

	/**
	 * The subscribers of both dialects.
	 *
	 * @param newest those of go-micro v2.5 and newer
	 * @param v1 those of go-micro v1
	 */
	record Known(List<Service> newest, List<Service> v1) {

		boolean isEmpty() {
			return this.newest.isEmpty() && this.v1.isEmpty();
		}

		List<Service> of(HttpDialect dialect) {
			return (dialect == HttpDialect.V1) ? this.v1 : this.newest;
		}

		/** Whether it is the same answer: the registry gives the instance it gave. */
		boolean isSameAs(Known other) {
			return this.newest == other.newest && this.v1 == other.v1;
		}

	}

	/** What was asked about one dialect, and how long it counts that nobody was there. */
	private final class Asked {

		private final HttpDialect dialect;

		private volatile long heldUntil = System.nanoTime();

		private volatile @Nullable RegistryException failure;

		Asked(HttpDialect dialect) {
			this.dialect = dialect;
		}

		boolean isHeld() {
			return System.nanoTime() - this.heldUntil < 0;
		}

		/**
		 * Asks the registry.
		 * @return its answer, empty also when it failed
		 */
		List<Service> ask() {
			long begun = System.nanoTime();
			List<Service> answer = List.of();
			RegistryException failed = null;
			try {
				answer = HttpLookup.this.registry.get(this.dialect.service());
			}
			catch (RegistryException ex) {
				failed = ex;
			}
			this.failure = failed;
			if (!answer.isEmpty()) {
				return answer;
			}
			long now = System.nanoTime();
			this.heldUntil = now + Math.min(HOLD * (now - begun), MAX_HOLD);
			return List.of();
		}

	}

}
