package io.microspring.benchmarks.worker;

import java.util.function.Consumer;

import io.microspring.benchmarks.Probe;

/**
 * Measures once each time the controller says so.
 */
final class ProbeRole implements Role {

	private final Probe probe;

	ProbeRole(Probe probe, String variant) throws Exception {
		this.probe = probe;
		probe.warm(variant);
	}

	@Override
	public String ready() {
		return "ready";
	}

	@Override
	public void obey(String[] command, Consumer<String> answers) throws Exception {
		this.probe.measure((row, metric, value) -> answers.accept("figure " + row + "," + metric + "," + value));
		answers.accept("done");
	}

	@Override
	public void close() throws Exception {
		this.probe.close();
	}

}
