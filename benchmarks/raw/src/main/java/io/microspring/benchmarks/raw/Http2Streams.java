package io.microspring.benchmarks.raw;

import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.Map;

import io.microspring.benchmarks.proto.Echo;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts the messages of streams together from what frames carry, and opens the window
 * again.
 */
final class Http2Streams {

	/** Only of messages that come in more than one frame. */
	private final Map<Http2FrameStream, ByteBuf> parts = new IdentityHashMap<>();

	/**
	 * Takes a frame.
	 * @param context where it came from
	 * @param data the frame, which is released
	 * @return the message, if it is complete
	 * @throws IOException when it is no message
	 */
	@Nullable Echo read(ChannelHandlerContext context, Http2DataFrame data) throws IOException {
		context.write(new DefaultHttp2WindowUpdateFrame(data.initialFlowControlledBytes()).stream(data.stream()),
				context.voidPromise());
		ByteBuf content = data.content();
		ByteBuf begun = this.parts.get(data.stream());
		if (begun == null && GrpcFrames.isComplete(content)) {
			Echo echo = GrpcFrames.read(content);
			data.release();
			return echo;
		}
		ByteBuf collected = (begun != null) ? begun : context.alloc().buffer();
		collected.writeBytes(content);
		data.release();
		if (!GrpcFrames.isComplete(collected)) {
			this.parts.put(data.stream(), collected);
			return null;
		}
		this.parts.remove(data.stream());
		Echo echo = GrpcFrames.read(collected);
		collected.release();
		return echo;
	}

}
