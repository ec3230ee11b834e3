package io.microspring.benchmarks.raw;

import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Server;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * The frames of gRPC over Netty's own codec of HTTP/2, on one connection.
 */
public final class Http2Peer implements Peer {

	private static final int STREAMS = 4096;

	private static final int WINDOW = 1024 * 1024;

	static Http2Settings settings() {
		return new Http2Settings().maxConcurrentStreams(STREAMS).initialWindowSize(WINDOW);
	}

	@Override
	public Server serve(String variant) throws Exception {
		return RawServer.of(new ChannelInitializer<>() {
			@Override
			protected void initChannel(Channel channel) {
				channel.pipeline()
					.addLast(Http2FrameCodecBuilder.forServer().initialSettings(settings()).build(), new Http2Echo());
			}
		});
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) throws Exception {
		return Http2Caller.dial(port);
	}

}
