package io.microspring.benchmarks.raw;

import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Server;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;

/**
 * The same bytes as {@link Http1Peer} sends, without a codec: heads are canned but for
 * their content length, and nothing else of them is read.
 */
public final class CannedHttp1Peer implements Peer {

	@Override
	public Server serve(String variant) throws Exception {
		return RawServer.of(new ChannelInitializer<>() {
			@Override
			protected void initChannel(Channel channel) {
				channel.pipeline().addLast(new CannedHttp1.Splitter(), new CannedHttp1.Echoing());
			}
		});
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) throws Exception {
		return Http1Caller.dial(port, concurrency,
				(caller) -> new ChannelHandler[] { new CannedHttp1.Splitter(), new CannedHttp1Connection(caller) });
	}

}
