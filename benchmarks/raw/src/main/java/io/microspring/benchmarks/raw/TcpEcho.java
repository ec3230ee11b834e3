package io.microspring.benchmarks.raw;

import java.io.IOException;

import io.microspring.benchmarks.proto.Count;
import io.microspring.benchmarks.proto.Echo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;

/**
 * The server: answers calls and sends streams.
 */
final class TcpEcho extends SimpleChannelInboundHandler<ByteBuf> {

	private static final int FLUSH_EVERY = 64;

	private final Numbered framing;

	private Echo message = Echo.getDefaultInstance();

	private int number;

	private int left;

	TcpEcho(Numbered framing) {
		this.framing = framing;
	}

	@Override
	protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) throws IOException {
		int number = frame.readInt();
		if (number < 0) {
			Count count = Count.parseFrom(new ByteBufInputStream(frame));
			this.message = Echo.newBuilder().setText(count.getText()).build();
			this.number = number;
			this.left = count.getMessages();
			stream(context);
			return;
		}
		write(context, Echoes.read(frame), number);
	}

	private void write(ChannelHandlerContext context, Echo echo, int number) throws IOException {
		int size = echo.getSerializedSize();
		ByteBuf answer = this.framing.begin(context, size, number);
		Echoes.write(echo, size, answer);
		context.write(answer, context.voidPromise());
	}

	/** As much as the socket takes; the rest when it has room again. */
	private void stream(ChannelHandlerContext context) throws IOException {
		while (this.left > 0 && context.channel().isWritable()) {
			for (int i = 0; i < FLUSH_EVERY && this.left > 0; i++) {
				write(context, this.message, this.number);
				this.left--;
			}
			context.flush();
		}
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) throws IOException {
		if (this.left > 0) {
			context.executor().execute(() -> {
				try {
					stream(context);
				}
				catch (IOException ex) {
					context.fireExceptionCaught(ex);
				}
			});
		}
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		context.flush();
	}

}
