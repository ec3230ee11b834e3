package io.microspring.benchmarks.raw;

import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Server;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;

/**
 * {@code [length][id][protobuf]} on one connection, flushed once a read: the least that a
 * multiplexed call costs.
 */
public final class TcpPeer implements Peer {

	@Override
	public Server serve(String variant) throws Exception {
		return RawServer.of(new ChannelInitializer<>() {
			@Override
			protected void initChannel(Channel channel) {
				channel.pipeline().addLast(new TcpFrames(), new TcpEcho(TcpFrames::begin));
			}
		});
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) throws Exception {
		return TcpCaller.dial(port, new TcpFrames(), TcpFrames::begin);
	}

}
