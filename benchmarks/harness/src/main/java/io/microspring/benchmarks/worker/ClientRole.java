package io.microspring.benchmarks.worker;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.StreamCaller;

/**
 * Calls as the controller says, with one caller for each number of calls at a time, which
 * is kept: connections stay open from one window to the next.
 */
final class ClientRole implements Role {

	private final Peer peer;

	private final String variant;

	private final int port;

	private final Map<Integer, Caller> callers = new HashMap<>();

	private final Map<Integer, Payload> payloads = new HashMap<>();

	ClientRole(Peer peer, String variant, int port) {
		this.peer = peer;
		this.variant = variant;
		this.port = port;
	}

	@Override
	public String ready() {
		return "ready";
	}

	@Override
	public void obey(String[] command, Consumer<String> answers) throws Exception {
		Load load = Load.parse(command);
		Caller caller = caller(load.concurrency());
		Payload payload = this.payloads.computeIfAbsent(load.bytes(), Payload::ofLength);
		if (load.kind() == Load.Kind.FIRST) {
			Loop.once(caller, payload);
			answers.accept("done");
			return;
		}
		long start = System.nanoTime();
		Tally tally = new Tally(start + load.ramp().toNanos(), load.window().toNanos());
		Loop loop = loop(load, caller, payload, tally);
		waitUntil(tally.begin());
		answers.accept(Usage.ofThisProcess().toLine());
		waitUntil(tally.end());
		answers.accept(Usage.ofThisProcess().toLine());
		boolean ended = loop.awaitEnd(10, TimeUnit.SECONDS);
		if (!ended) {
			tally.failed("calls are without an answer 10 s after the window");
			this.callers.remove(load.concurrency());
		}
		answers.accept(tally.result().toLine());
	}

	private Loop loop(Load load, Caller caller, Payload payload, Tally tally) {
		return switch (load.kind()) {
			case CLOSED -> ClosedLoop.start(caller, load.concurrency(), payload, tally);
			case OPEN -> OpenLoop.start(caller, load, payload, tally);
			case STREAM -> StreamLoop.start(streaming(caller), payload, tally);
			case FIRST -> throw new IllegalStateException("A first call is no loop");
		};
	}

	private static StreamCaller streaming(Caller caller) {
		if (caller instanceof StreamCaller streaming) {
			return streaming;
		}
		throw new IllegalArgumentException(caller.getClass().getSimpleName() + " has no streams");
	}

	private Caller caller(int concurrency) throws Exception {
		Caller caller = this.callers.get(concurrency);
		if (caller == null) {
			caller = this.peer.connect(this.variant, this.port, concurrency);
			this.callers.put(concurrency, caller);
		}
		return caller;
	}

	private static void waitUntil(long time) {
		long left = time - System.nanoTime();
		while (left > 0) {
			LockSupport.parkNanos(left);
			left = time - System.nanoTime();
		}
	}

	@Override
	public void close() throws Exception {
		for (Caller caller : this.callers.values()) {
			caller.close();
		}
	}

}
