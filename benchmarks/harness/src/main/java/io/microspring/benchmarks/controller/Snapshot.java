package io.microspring.benchmarks.controller;

import io.microspring.benchmarks.worker.Result;

/**
 * What had been used at a moment.
 *
 * @param nanos the moment
 * @param client processor seconds of the client
 * @param server processor seconds of the server
 * @param controller processor seconds of this process
 * @param all processor seconds of the machine
 * @param clientAllocated bytes that the client has allocated
 * @param serverAllocated bytes that the server has allocated
 */
record Snapshot(long nanos, double client, double server, double controller, double all, double clientAllocated,
		double serverAllocated) {

	Measured since(Snapshot before, Result result) {
		double seconds = (this.nanos - before.nanos) / 1e9;
		double ofClient = this.client - before.client;
		double ofServer = this.server - before.server;
		double ofOthers = this.all - before.all - ofClient - ofServer - (this.controller - before.controller);
		return new Measured(result, seconds, ofClient, ofServer, this.clientAllocated - before.clientAllocated,
				this.serverAllocated - before.serverAllocated, Math.max(ofOthers, 0) / seconds);
	}

}
