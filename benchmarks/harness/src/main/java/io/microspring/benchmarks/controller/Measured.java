package io.microspring.benchmarks.controller;

import io.microspring.benchmarks.worker.Result;

/**
 * What one window showed.
 *
 * @param result what the client counted
 * @param seconds how long the controller saw it
 * @param clientCpu processor seconds of the client in it
 * @param serverCpu processor seconds of the server
 * @param clientAllocated bytes that the client allocated in it
 * @param serverAllocated bytes that the server allocated
 * @param others processors that others used meanwhile
 */
record Measured(Result result, double seconds, double clientCpu, double serverCpu, double clientAllocated,
		double serverAllocated, double others) {

	double callsSeen() {
		return this.result.rate() * this.seconds;
	}

	double clientCpuPer100k() {
		return this.clientCpu / callsSeen() * 100_000;
	}

	double serverCpuPer100k() {
		return this.serverCpu / callsSeen() * 100_000;
	}

	double cpuPer100k() {
		return clientCpuPer100k() + serverCpuPer100k();
	}

	double clientBytesPerCall() {
		return this.clientAllocated / callsSeen();
	}

	double serverBytesPerCall() {
		return this.serverAllocated / callsSeen();
	}

}
