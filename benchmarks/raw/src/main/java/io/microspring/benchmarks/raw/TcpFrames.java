package io.microspring.benchmarks.raw;

import io.netty.buffer.ByteBuf;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/**
 * Cuts what is read into frames: a length of what follows, a number, and what it is
 * about. A call's number is at least 0; a stream's has its sign changed, and so have the
 * messages of the answer.
 */
final class TcpFrames extends LengthFieldBasedFrameDecoder {

	private static final int HEADER = 8;

	private static final int LARGEST = 4 * 1024 * 1024;

	TcpFrames() {
		super(LARGEST, 0, 4, 0, 4);
	}

	static ByteBuf begin(ChannelHandlerContext context, int size, int number) {
		ByteBuf frame = context.alloc().buffer(HEADER + size);
		frame.writeInt(4 + size);
		frame.writeInt(number);
		return frame;
	}

}
