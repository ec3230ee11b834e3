package io.microspring.benchmarks.controller;

import io.microspring.benchmarks.Probe;

/**
 * Always finds the same.
 */
public final class TinyProbe implements Probe {

	private double value;

	@Override
	public void warm(String variant) {
		this.value = variant.length() - 2;
	}

	@Override
	public void measure(Figures figures) {
		figures.add("answer", "count", this.value);
	}

}
