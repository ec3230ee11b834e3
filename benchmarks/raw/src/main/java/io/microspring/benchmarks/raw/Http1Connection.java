package io.microspring.benchmarks.raw;

import java.io.IOException;
import java.util.Objects;
import java.util.UUID;

import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.proto.Echo;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A connection of the client: go-micro's headers, one request at a time.
 */
final class Http1Connection extends SimpleChannelInboundHandler<FullHttpResponse> implements Http1Caller.Connection {

	private static final AsciiString USER_AGENT = AsciiString.cached("Go-http-client/1.1");

	private static final AsciiString SERVICE = AsciiString.cached("bench");

	private static final AsciiString ENDPOINT = AsciiString.cached("Echoer.Call");

	private static final AsciiString TIMEOUT = AsciiString.cached("5000000000");

	private static final AsciiString MICRO_ID = AsciiString.cached("Micro-Id");

	private static final AsciiString MICRO_SERVICE = AsciiString.cached("Micro-Service");

	private static final AsciiString MICRO_ENDPOINT = AsciiString.cached("Micro-Endpoint");

	private static final AsciiString MICRO_METHOD = AsciiString.cached("Micro-Method");

	private static final AsciiString MICRO_TIMEOUT = AsciiString.cached("Timeout");

	private final Http1Caller caller;

	private final AsciiString host;

	/** What go-micro makes of each call anew; the cost is not HTTP's. */
	private final String id = UUID.randomUUID().toString();

	private @Nullable ChannelHandlerContext context;

	private @Nullable Payload payload;

	private @Nullable Completion done;

	Http1Connection(Http1Caller caller, String host) {
		this.caller = caller;
		this.host = AsciiString.of(host);
	}

	@Override
	public void channelActive(ChannelHandlerContext context) {
		this.context = context;
		this.caller.free(this);
	}

	@Override
	public void send(Payload payload, Completion done) throws IOException {
		ChannelHandlerContext context = Objects.requireNonNull(this.context);
		this.payload = payload;
		this.done = done;
		Echo echo = this.caller.echoes().request(payload);
		int size = echo.getSerializedSize();
		ByteBuf body = context.alloc().buffer(size);
		Echoes.write(echo, size, body);
		FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/", body);
		request.headers()
			.set(HttpHeaderNames.HOST, this.host)
			.set(HttpHeaderNames.USER_AGENT, USER_AGENT)
			.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(size))
			.set(HttpHeaderNames.ACCEPT, Http1Caller.PROTOBUF)
			.set(HttpHeaderNames.CONTENT_TYPE, Http1Caller.PROTOBUF)
			.set(MICRO_ENDPOINT, ENDPOINT)
			.set(MICRO_ID, this.id)
			.set(MICRO_METHOD, ENDPOINT)
			.set(MICRO_SERVICE, SERVICE)
			.set(MICRO_TIMEOUT, TIMEOUT);
		context.writeAndFlush(request, context.voidPromise());
	}

	@Override
	protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) throws IOException {
		Payload sent = Objects.requireNonNull(this.payload);
		Completion done = Objects.requireNonNull(this.done);
		this.caller.free(this);
		if (!response.status().equals(HttpResponseStatus.OK)) {
			done.done(new IOException("The answer is " + response.status()));
			return;
		}
		done.done(Echoes.check(sent, Echoes.read(response.content())));
	}

}
