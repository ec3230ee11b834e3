package io.microspring.benchmarks.raw;

import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Server;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;

/**
 * go-micro's headers over Netty's own codec of HTTP/1.1, one call at a time on each of as
 * many connections as there are calls.
 */
public final class Http1Peer implements Peer {

	static final int LARGEST = 4 * 1024 * 1024;

	@Override
	public Server serve(String variant) throws Exception {
		return RawServer.of(new ChannelInitializer<>() {
			@Override
			protected void initChannel(Channel channel) {
				channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(LARGEST), new Http1Echo());
			}
		});
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) throws Exception {
		String host = "127.0.0.1:" + port;
		return Http1Caller.dial(port, concurrency, (caller) -> new ChannelHandler[] { new HttpClientCodec(),
				new HttpObjectAggregator(LARGEST), new Http1Connection(caller, host) });
	}

}
