package io.microspring.benchmarks.jmh;

import java.util.concurrent.TimeUnit;

import io.microspring.broker.Broker;
import io.microspring.broker.Event;
import io.microspring.broker.EventHandler;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A message published in memory until its handler has it, beside a call of the same
 * handlers through their interface. There are four topics, each with a handler of its own
 * class, taken in turn: so the call can be neither inlined nor guessed, in either
 * benchmark.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BrokerBenchmark {

	private static final String[] TOPICS = { "orders", "payments", "parcels", "returns" };

	private final Message message = new Message(Metadata.of("Content-Type", "application/octet-stream"), new byte[100]);

	private final EventHandler[] handlers = { new First(), new Second(), new Third(), new Fourth() };

	private Broker direct;

	private Broker broker;

	private Event event;

	private int turn;

	/** Subscribes. */
	@Setup
	public void open() {
		this.direct = Broker.memory();
		this.broker = Broker.memory();
		for (int i = 0; i < TOPICS.length; i++) {
			this.direct.subscribe(TOPICS[i], SubscribeOptions.defaults().withDirect(true), this.handlers[i]);
			this.broker.subscribe(TOPICS[i], SubscribeOptions.defaults(), this.handlers[i]);
		}
		this.direct.subscribe("once", SubscribeOptions.defaults().withDirect(true),
				(delivered) -> this.event = delivered);
		this.direct.publish("once", this.message);
	}

	/** Frees it all. */
	@TearDown
	public void close() {
		this.direct.close();
		this.broker.close();
	}

	/**
	 * The limit: the call of a handler.
	 * @throws Exception never
	 */
	@Benchmark
	public void virtualCall() throws Exception {
		this.handlers[this.turn++ & 3].handle(this.event);
	}

	/** A subscriber that is called on the publisher's thread. */
	@Benchmark
	public void direct() {
		this.direct.publish(TOPICS[this.turn++ & 3], this.message);
	}

	/** A subscriber on a thread of its own: how many messages a second go through. */
	@Benchmark
	public void queued() {
		this.broker.publish(TOPICS[this.turn++ & 3], this.message);
	}

	/** Counts the bytes it gets. */
	private static final class First implements EventHandler {

		private long bytes;

		@Override
		public void handle(Event event) {
			this.bytes += event.message().body().length;
		}

	}

	/** The same, in another class. */
	private static final class Second implements EventHandler {

		private long bytes;

		@Override
		public void handle(Event event) {
			this.bytes += event.message().body().length;
		}

	}

	/** The same, in another class. */
	private static final class Third implements EventHandler {

		private long bytes;

		@Override
		public void handle(Event event) {
			this.bytes += event.message().body().length;
		}

	}

	/** The same, in another class. */
	private static final class Fourth implements EventHandler {

		private long bytes;

		@Override
		public void handle(Event event) {
			this.bytes += event.message().body().length;
		}

	}

}
