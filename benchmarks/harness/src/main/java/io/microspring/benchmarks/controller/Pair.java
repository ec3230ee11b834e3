package io.microspring.benchmarks.controller;

import java.io.IOException;
import java.time.Duration;

import io.microspring.benchmarks.controller.Results.Figure;
import io.microspring.benchmarks.worker.Load;
import io.microspring.benchmarks.worker.Result;
import io.microspring.benchmarks.worker.Usage;

/**
 * Server and client of a row, running.
 */
final class Pair implements AutoCloseable {

	private static final Duration START = Duration.ofSeconds(60);

	private static final Duration ANSWER = Duration.ofSeconds(30);

	private static final double MIB = 1024 * 1024;

	private final Row row;

	private final Child server;

	private final Child client;

	private final long serverProcess;

	private final double startSeconds;

	private Pair(Row row, Child server, Child client, long serverProcess, double startSeconds) {
		this.row = row;
		this.server = server;
		this.client = client;
		this.serverProcess = serverProcess;
		this.startSeconds = startSeconds;
	}

	/**
	 * Starts both and waits for the first answered call.
	 * @param row the row
	 * @param setup where its classes are
	 * @return the pair
	 * @throws IOException when a process cannot be started
	 * @throws PeerFailedException when a peer fails
	 */
	static Pair start(Row row, Setup setup) throws IOException {
		long from = System.nanoTime();
		Child server = new Child(row.name() + "-server", setup.worker(row, "server", row.peer(), row.variant()),
				setup.log(row.name() + "-server"));
		try {
			String[] ready = server.answer(START).split(" ");
			Child client = new Child(row.name() + "-client",
					setup.worker(row, "client", row.peer(), row.variant(), ready[1]),
					setup.log(row.name() + "-client"));
			try {
				client.answer(START);
				client.ask(Load.first().toLine(), START);
				double seconds = (System.nanoTime() - from) / 1e9;
				return new Pair(row, server, client, Long.parseLong(ready[2]), seconds);
			}
			catch (RuntimeException ex) {
				client.close();
				throw ex;
			}
		}
		catch (IOException | RuntimeException ex) {
			server.close();
			throw ex;
		}
	}

	Row row() {
		return this.row;
	}

	/**
	 * Calls for a window.
	 * @param load how to call, and how long
	 * @return what was seen
	 * @throws PeerFailedException when calls fail, or none ends
	 */
	Measured measure(Load load) {
		Measured measured = warm(load);
		if (measured.result().calls() == 0) {
			throw new PeerFailedException(this.row.name() + ": no call ended at " + load.name(), false);
		}
		return measured;
	}

	/**
	 * Calls for a window in which not much needs to happen.
	 * @param load how to call, and how long
	 * @return what was seen
	 * @throws PeerFailedException when calls fail
	 */
	Measured warm(Load load) {
		Duration patience = ANSWER.plus(load.ramp()).plus(load.window());
		Snapshot before = snapshot(Usage.parse(this.client.ask(load.toLine(), patience)));
		Snapshot after = snapshot(Usage.parse(this.client.answer(patience)));
		Result result = Result.parse(this.client.answer(patience));
		if (result.failures() > 0) {
			throw new PeerFailedException(this.row.name() + ": " + result.failures() + " calls failed at " + load.name()
					+ ", " + result.calls() + " did not; the first by " + result.failure(), false);
		}
		return after.since(before, result);
	}

	/**
	 * What is in memory when all is collected that can be.
	 * @param results takes it, as what is measured once
	 */
	void collect(Results results) {
		String row = this.row.name();
		Usage ofServer = Usage.parse(this.server.ask("collect", ANSWER));
		Usage ofClient = Usage.parse(this.client.ask("collect", ANSWER));
		results.add(new Figure(Figure.ONCE, row, "server-heap"), 0, ofServer.heap() / MIB);
		results.add(new Figure(Figure.ONCE, row, "client-heap"), 0, ofClient.heap() / MIB);
		results.add(new Figure(Figure.ONCE, row, "server-rss"), 0, Processors.residentKib(this.serverProcess) / 1024);
		results.add(new Figure(Figure.ONCE, row, "client-rss"), 0, Processors.residentKib(this.client.pid()) / 1024);
		results.add(new Figure(Figure.ONCE, row, "start-seconds"), 0, this.startSeconds);
	}

	private Snapshot snapshot(Usage ofClient) {
		return new Snapshot(System.nanoTime(), Processors.of(this.client.pid()), Processors.of(this.serverProcess),
				Processors.of(ProcessHandle.current().pid()), Processors.ofAll(), ofClient.allocated(),
				Usage.parse(this.server.ask("usage", ANSWER)).allocated());
	}

	@Override
	public void close() {
		this.client.close();
		this.server.close();
	}

}
