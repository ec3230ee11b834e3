package io.microspring.benchmarks.raw;

import java.io.IOException;

import io.microspring.benchmarks.proto.Echo;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;

/**
 * The server: headers, the message and trailers for each request.
 */
final class Http2Echo extends ChannelInboundHandlerAdapter {

	private static final Http2Headers HEADERS = ReadOnlyHttp2Headers.serverHeaders(false, AsciiString.cached("200"),
			AsciiString.cached("content-type"), AsciiString.cached("application/grpc"));

	private static final Http2Headers TRAILERS = ReadOnlyHttp2Headers.trailers(false, AsciiString.cached("grpc-status"),
			AsciiString.cached("0"));

	private final Http2Streams streams = new Http2Streams();

	@Override
	public void channelRead(ChannelHandlerContext context, Object frame) throws IOException {
		if (frame instanceof Http2DataFrame data) {
			Echo echo = this.streams.read(context, data);
			if (echo != null) {
				context.write(new DefaultHttp2HeadersFrame(HEADERS).stream(data.stream()), context.voidPromise());
				context.write(new DefaultHttp2DataFrame(GrpcFrames.frame(context.alloc(), echo)).stream(data.stream()),
						context.voidPromise());
				context.write(new DefaultHttp2HeadersFrame(TRAILERS, true).stream(data.stream()),
						context.voidPromise());
			}
			return;
		}
		ReferenceCountUtil.release(frame);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		context.flush();
	}

}
