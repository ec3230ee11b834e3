package io.microspring.plugins.registry.consul;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;

import io.microspring.concurrent.Threads;
import io.microspring.registry.RegistryException;
import io.microspring.registry.WatchOutage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;

/**
 * One question asked of Consul again and again, each time held back there until the
 * answer is another or the wait time is over. Heals by itself: after a failure it asks
 * from the beginning, at growing intervals.
 *
 * @param <T> the type of the answer
 */
final class BlockingQuery<T> implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(BlockingQuery.class);

	private static final long SHORTEST_PAUSE = 100;

	private static final long LONGEST_PAUSE = 5000;

	/** Asks without being held back. */
	private static final long FROM_THE_BEGINNING = 0;

	private final String what;

	private final LongFunction<ResponseEntity<T>> question;

	private final Consumer<T> reader;

	private final WatchOutage outage;

	private final CountDownLatch closed = new CountDownLatch(1);

	private volatile @Nullable Thread thread;

	private long index = FROM_THE_BEGINNING;

	/**
	 * A query that does not ask yet.
	 * @param what what is asked, in log lines
	 * @param question asks for an answer newer than an index
	 * @param reader is given each answer; may not block for long
	 * @param outage is told of failures and answers
	 */
	BlockingQuery(String what, LongFunction<ResponseEntity<T>> question, Consumer<T> reader, WatchOutage outage) {
		this.outage = outage;
		this.what = what;
		this.question = question;
		this.reader = reader;
	}

	/** Asks once, on this thread. */
	void askOnce() {
		ResponseEntity<T> answer = this.question.apply(this.index);
		T body = answer.getBody();
		if (body == null) {
			throw new RegistryException("consul answered nothing when asked to " + this.what, null);
		}
		this.index = newer(answer.getHeaders().getFirst("X-Consul-Index"));
		if (this.closed.getCount() > 0) {
			this.reader.accept(body);
		}
	}

	/** Goes on asking, on a thread of its own. */
	BlockingQuery<T> start() {
		this.thread = Threads.start("micro-registry-consul-watch", this::run);
		if (this.closed.getCount() == 0) {
			close();
		}
		return this;
	}

	@Override
	public void close() {
		this.closed.countDown();
		Thread running = this.thread;
		if (running != null) {
			running.interrupt();
		}
	}

	private void run() {
		int failures = 0;
		while (this.closed.getCount() > 0) {
			long former = this.index;
			long asked = WatchOutage.now();
			try {
				askOnce();
				failures = 0;
				this.outage.answered(asked);
				boolean heldBack = System.nanoTime() - asked > TimeUnit.MILLISECONDS.toNanos(SHORTEST_PAUSE);
				if (this.index == FROM_THE_BEGINNING || (this.index == former && !heldBack)) {
					// Whoever answers does not hold back: not to be asked without end.
					pause(LONGEST_PAUSE / 5);
				}
			}
			catch (RuntimeException ex) {
				if (this.closed.getCount() > 0) {
					tell(ex, failures++ == 0);
					this.index = FROM_THE_BEGINNING;
					pause(Math.min(LONGEST_PAUSE, SHORTEST_PAUSE << Math.min(failures, 10)));
				}
			}
		}
	}

	private void tell(RuntimeException ex, boolean first) {
		if (ex instanceof RegistryException failure && !ConsulAgents.isRefusal(failure)) {
			this.outage.failed(String.valueOf(ex.getMessage()));
		}
		else if (first) {
			log.warn("Trying again from now on to {}", this.what, ex);
		}
	}

	private void pause(long millis) {
		try {
			// Not all at the same time when Consul comes back.
			this.closed.await(millis + ThreadLocalRandom.current().nextLong(millis / 4 + 1), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			// Only close() interrupts, and the loop looks for that.
			log.trace("Interrupted", ex);
		}
	}

	/** The index to go on from; one that went back means that Consul began anew. */
	private long newer(@Nullable String header) {
		try {
			long present = (header == null) ? FROM_THE_BEGINNING : Long.parseUnsignedLong(header);
			return (Long.compareUnsigned(present, this.index) < 0) ? FROM_THE_BEGINNING : present;
		}
		catch (NumberFormatException ex) {
			return FROM_THE_BEGINNING;
		}
	}

}
