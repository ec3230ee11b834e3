package io.microspring.benchmarks.raw;

import io.microspring.benchmarks.Server;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;

/**
 * A server on a loop of its own.
 */
record RawServer(Loop loop, int port) implements Server {

	static RawServer of(ChannelInitializer<Channel> connection) throws InterruptedException {
		Loop loop = new Loop();
		return new RawServer(loop, Loop.port(loop.listen(connection)));
	}

	@Override
	public void close() {
		this.loop.close();
	}

}
