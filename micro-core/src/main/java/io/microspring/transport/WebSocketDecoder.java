package io.microspring.transport;

import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;

/**
 * Netty's decoder of a server's WebSocket frames, which tells whether it is in the middle
 * of one. What breaks the protocol it throws; text is checked once it is whole.
 */
final class WebSocketDecoder extends WebSocket13FrameDecoder {

	private boolean within;

	WebSocketDecoder(HttpOptions options) {
		super(WebSocketDecoderConfig.newBuilder()
			.expectMaskedFrames(true)
			.allowMaskMismatch(false)
			.allowExtensions(false)
			.maxFramePayloadLength(options.maxMessageSize())
			.closeOnProtocolViolation(false)
			.withUTF8Validator(false)
			.build());
	}

	@Override
	protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
		int before = in.readerIndex();
		super.decode(ctx, in, out);
		if (!out.isEmpty()) {
			this.within = false;
		}
		else if (in.readerIndex() > before) {
			this.within = true;
		}
	}

	/** Whether a part of a frame has come and the rest has not. */
	boolean isPartial() {
		return this.within || actualReadableBytes() > 0;
	}

}
