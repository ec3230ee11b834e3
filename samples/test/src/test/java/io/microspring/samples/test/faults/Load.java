package io.microspring.samples.test.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.concurrent.Stages;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * Calls at a constant rate, however long each takes, from a thread for each caller: those
 * that are idempotent and those that are not by turns. Each is kept with what became of
 * it.
 */
final class Load implements AutoCloseable {

	private final List<Caller> callers;

	private final long intervalNanos;

	private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

	private final AtomicInteger number = new AtomicInteger();

	private final AtomicInteger underWay = new AtomicInteger();

	private final List<Thread> threads = new ArrayList<>();

	private volatile boolean stopped;

	Load(List<Caller> callers, int callsPerSecond) {
		this.callers = callers;
		this.intervalNanos = TimeUnit.SECONDS.toNanos(callers.size()) / callsPerSecond;
	}

	Load start() {
		for (Caller caller : this.callers) {
			this.threads.add(Threads.start("caller " + caller, () -> run(caller)));
		}
		return this;
	}

	/** What has ended so far. */
	List<Ended> ended() {
		return List.copyOf(this.ended);
	}

	int underWay() {
		return this.underWay.get();
	}

	/** Calls no more; what is under way goes on. */
	@Override
	public void close() {
		this.stopped = true;
		this.threads.forEach(LockSupport::unpark);
	}

	private void run(Caller caller) {
		long next = System.nanoTime();
		for (int i = 0; !this.stopped; i++) {
			call(caller, Kind.values()[i % 2]);
			next += this.intervalNanos;
			for (long left = next - System.nanoTime(); left > 0 && !this.stopped; left = next - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
		}
	}

	private void call(Caller caller, Kind kind) {
		CallOptions options = CallOptions.defaults().withProtocol(caller.protocol).withIdempotent(kind.idempotent);
		Request request = Request.of(GreeterNode.SERVICE, kind.endpoint, this.number.incrementAndGet());
		long started = System.nanoTime();
		this.underWay.incrementAndGet();
		caller.client.callAsync(request, String.class, options).whenComplete((node, failure) -> {
			this.ended.add(new Ended(kind, caller, started, System.nanoTime(), node, error(failure)));
			this.underWay.decrementAndGet();
		});
	}

	private static @Nullable MicroException error(@Nullable Throwable failure) {
		if (failure == null) {
			return null;
		}
		Throwable cause = Stages.cause(failure);
		return (cause instanceof MicroException error) ? error
				: MicroException.internalServerError("load", cause.toString());
	}

	/** Whether a call may be made twice. */
	enum Kind {

		IDEMPOTENT("Greeter.Hello", true), OTHER("Greeter.Book", false);

		private final String endpoint;

		private final boolean idempotent;

		Kind(String endpoint, boolean idempotent) {
			this.endpoint = endpoint;
			this.idempotent = idempotent;
		}

	}

	/**
	 * Who calls, and how.
	 *
	 * @param client the client
	 * @param protocol the protocol that it is to speak
	 */
	record Caller(Client client, String protocol) {

		/** Calls a node often enough for it to know how to answer. */
		void warmUp(String address) {
			CallOptions options = CallOptions.defaults()
				.withProtocol(this.protocol)
				.withAddress(address)
				.withTimeout(Duration.ofSeconds(30));
			for (int i = 0; i < 20; i++) {
				this.client.call(Request.of(GreeterNode.SERVICE, Kind.IDEMPOTENT.endpoint, i), String.class, options);
			}
		}

		@Override
		public String toString() {
			return this.protocol + (this.client.options().multiplex() ? "" : " over HTTP/1.1");
		}

	}

	/**
	 * What became of a call.
	 *
	 * @param kind whether it may be made twice
	 * @param caller who made it
	 * @param started when it was made
	 * @param end when it ended
	 * @param node who answered
	 * @param error why nobody did
	 */
	record Ended(Kind kind, Caller caller, long started, long end, @Nullable String node,
			@Nullable MicroException error) {

		boolean failed() {
			return this.error != null;
		}

		@Override
		public String toString() {
			return this.kind + " of " + this.caller + " after " + (this.end - this.started) / 1_000_000 + " ms: "
					+ ((this.error != null) ? this.error.getMessage() : this.node);
		}

		/** In a few words, the same for all of a kind. */
		String cause() {
			if (this.error == null) {
				return "";
			}
			String detail = this.error.detail().replaceFirst(".*connection error: ", "");
			return this.error.code() + " " + detail.replaceFirst("(?s) ?(\\(|: no answer from ).*", "")
				.replaceAll("\\d+\\.\\d+\\.\\d+\\.\\d+:\\d+", "a node");
		}

	}

}
