package io.microspring.selector;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.microspring.errors.MicroException;

/**
 * The strategies that need no memory of their own. None allocates when it chooses.
 */
enum Strategies implements Strategy {

	/** All equally likely. */
	RANDOM("random") {
		@Override
		public int choose(Candidates nodes, Selection call) {
			int size = nodes.size();
			return (size == 1) ? 0 : ThreadLocalRandom.current().nextInt(size);
		}
	},

	/** As their weights have it. */
	WEIGHTED("weighted") {
		@Override
		public int choose(Candidates nodes, Selection call) {
			Weights weights = nodes.all().derived(Weights.class, Weights::of);
			ThreadLocalRandom random = ThreadLocalRandom.current();
			for (int draw = 0; draw < MOST_DRAWS; draw++) {
				int place = nodes.place(weights.draw(random));
				if (place >= 0) {
					return place;
				}
			}
			// Hardly anything of the weight is left to choose.
			return weights.scan(nodes, random);
		}
	},

	/** The least busy. */
	LEAST_CONNECTIONS("least-connections") {
		@Override
		public int choose(Candidates nodes, Selection call) {
			int size = nodes.size();
			ThreadLocalRandom random = ThreadLocalRandom.current();
			boolean every = size <= MOST_COMPARED;
			int looks = every ? size : SAMPLE;
			int place = random.nextInt(size);
			int best = place;
			for (int least = nodes.inFlight(place); looks > 1 && least > 0; looks--) {
				place = every ? (place + 1 == size) ? 0 : place + 1 : random.nextInt(size);
				int inFlight = nodes.inFlight(place);
				if (inFlight < least) {
					least = inFlight;
					best = place;
				}
			}
			return best;
		}
	},

	/** The better of two. */
	POWER_OF_TWO("p2c") {
		@Override
		public int choose(Candidates nodes, Selection call) {
			int size = nodes.size();
			if (size == 1) {
				return 0;
			}
			ThreadLocalRandom random = ThreadLocalRandom.current();
			int one = random.nextInt(size);
			int other = random.nextInt(size - 1);
			other += (other >= one) ? 1 : 0;
			long now = System.nanoTime();
			float latency = nodes.latency(one, now);
			float otherLatency = nodes.latency(other, now);
			if (latency == 0 || otherLatency == 0) {
				// Of what has not answered yet only its calls under way can be compared.
				latency = 1;
				otherLatency = 1;
			}
			float load = latency * (1 + nodes.inFlight(one));
			return (load <= otherLatency * (1 + nodes.inFlight(other))) ? one : other;
		}
	},

	/** The same for the same key. */
	HASH("hash") {
		@Override
		public int choose(Candidates nodes, Selection call) {
			return HashRing.choose(nodes, Keys.hash(call));
		}
	},

	/** Any that has not failed three times. */
	BLACKLIST("blacklist") {
		@Override
		public int choose(Candidates nodes, Selection call) {
			int size = nodes.size();
			int place = ThreadLocalRandom.current().nextInt(size);
			for (int looks = 0; looks < size; looks++) {
				if (nodes.failures(place) < ERRORS || System.nanoTime() - nodes.failedAt(place) > EXPIRY) {
					return place;
				}
				place = (place + 1 == size) ? 0 : place + 1;
			}
			throw MicroException.of(RegistrySelector.ID, 503,
					"service " + nodes.service() + ": none available: all of " + size + " nodes are on the blacklist");
		}
	};

	private static final int MOST_DRAWS = 16;

	/** As many nodes are compared one by one; of more, a sample. */
	private static final int MOST_COMPARED = 32;

	private static final int SAMPLE = 16;

	private static final int ERRORS = 3;

	private static final long EXPIRY = Duration.ofSeconds(30).toNanos();

	private final String text;

	Strategies(String text) {
		this.text = text;
	}

	@Override
	public String toString() {
		return this.text;
	}

}
