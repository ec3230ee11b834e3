package io.microspring.benchmarks.raw;

import java.io.IOException;
import java.util.Objects;

import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import org.jspecify.annotations.Nullable;

/**
 * A connection of the client: canned heads, one request at a time.
 */
final class CannedHttp1Connection extends SimpleChannelInboundHandler<ByteBuf> implements Http1Caller.Connection {

	private final Http1Caller caller;

	private @Nullable ChannelHandlerContext context;

	private @Nullable Payload payload;

	private @Nullable Completion done;

	CannedHttp1Connection(Http1Caller caller) {
		this.caller = caller;
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
		context.writeAndFlush(CannedHttp1.request(context, this.caller.echoes().request(payload)),
				context.voidPromise());
	}

	@Override
	protected void channelRead0(ChannelHandlerContext context, ByteBuf body) throws IOException {
		Payload sent = Objects.requireNonNull(this.payload);
		Completion done = Objects.requireNonNull(this.done);
		this.caller.free(this);
		done.done(Echoes.check(sent, Echoes.read(body)));
	}

}
