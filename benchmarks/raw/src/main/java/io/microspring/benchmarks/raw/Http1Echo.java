package io.microspring.benchmarks.raw;

import java.io.IOException;

import io.microspring.benchmarks.proto.Echo;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;

/**
 * The server: answers each request with its own body and go-micro's headers.
 */
final class Http1Echo extends SimpleChannelInboundHandler<FullHttpRequest> {

	private static final AsciiString[] ECHOED = { AsciiString.cached("Micro-Id"), AsciiString.cached("Micro-Service"),
			AsciiString.cached("Micro-Endpoint"), AsciiString.cached("Micro-Method") };

	@Override
	protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) throws IOException {
		Echo echo = Echoes.read(request.content());
		int size = echo.getSerializedSize();
		ByteBuf body = context.alloc().buffer(size);
		Echoes.write(echo, size, body);
		FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
		for (AsciiString name : ECHOED) {
			response.headers().set(name, request.headers().get(name));
		}
		response.headers()
			.set(HttpHeaderNames.CONTENT_TYPE, Http1Caller.PROTOBUF)
			.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(size));
		context.write(response, context.voidPromise());
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		context.flush();
	}

}
