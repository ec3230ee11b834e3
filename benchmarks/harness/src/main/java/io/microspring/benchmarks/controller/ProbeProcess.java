package io.microspring.benchmarks.controller;

import java.io.IOException;
import java.time.Duration;

import io.microspring.benchmarks.controller.Results.Figure;

/**
 * A probe, running.
 */
final class ProbeProcess implements AutoCloseable {

	private static final Duration START = Duration.ofSeconds(90);

	private static final Duration ANSWER = Duration.ofSeconds(60);

	private static final String FIGURE = "figure ";

	private final Child process;

	private ProbeProcess(Child process) {
		this.process = process;
	}

	static ProbeProcess start(Row row, Setup setup) throws IOException {
		Child process = new Child(row.name(), setup.worker(row, "probe", row.peer(), row.variant()),
				setup.log(row.name()));
		try {
			process.answer(START);
		}
		catch (RuntimeException ex) {
			process.close();
			throw ex;
		}
		return new ProbeProcess(process);
	}

	void measure(int round, Results results) {
		String line = this.process.ask("measure", ANSWER);
		while (line.startsWith(FIGURE)) {
			String[] parts = line.substring(FIGURE.length()).split(",");
			results.add(Figure.ofProbe(parts[0], parts[1]), round, Double.parseDouble(parts[2]));
			line = this.process.answer(ANSWER);
		}
	}

	@Override
	public void close() {
		this.process.close();
	}

}
