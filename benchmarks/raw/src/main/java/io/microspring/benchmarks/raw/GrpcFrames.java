package io.microspring.benchmarks.raw;

import java.io.IOException;

import io.microspring.benchmarks.proto.Echo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * gRPC's prefix of a message: not compressed, and its length.
 */
final class GrpcFrames {

	private static final int PREFIX = 5;

	private GrpcFrames() {
	}

	static ByteBuf frame(ByteBufAllocator allocator, Echo echo) throws IOException {
		int size = echo.getSerializedSize();
		ByteBuf frame = allocator.buffer(PREFIX + size);
		frame.writeByte(0);
		frame.writeInt(size);
		Echoes.write(echo, size, frame);
		return frame;
	}

	/**
	 * The message, once it is all there.
	 * @param collected what came of it
	 * @return whether it is complete
	 */
	static boolean isComplete(ByteBuf collected) {
		return collected.readableBytes() >= PREFIX
				&& collected.readableBytes() >= PREFIX + collected.getInt(collected.readerIndex() + 1);
	}

	static Echo read(ByteBuf collected) throws IOException {
		return Echoes.read(collected.skipBytes(PREFIX));
	}

}
