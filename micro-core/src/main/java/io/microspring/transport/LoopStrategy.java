package io.microspring.transport;

import io.microspring.concurrent.Threads;
import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;

/**
 * What an event loop does before it waits for the network: Netty's own, after it has
 * woken the threads that are to go on with what has come.
 */
enum LoopStrategy implements SelectStrategy {

	INSTANCE;

	@Override
	public int calculateStrategy(IntSupplier ready, boolean hasTasks) throws Exception {
		Threads.loopTurned();
		return hasTasks ? ready.get() : SelectStrategy.SELECT;
	}

}
