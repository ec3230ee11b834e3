package io.microspring.transport;

import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseDecoder;

/**
 * The ordinary messages are read at once ({@link HttpScanner}), all others piece by piece
 * by Netty's decoders of HTTP/1.1, unpaired: a codec that pairs requests with responses
 * cannot carry go-micro's streams (protocol reference §1.6).
 */
interface MessageDecoder extends ChannelInboundHandler {

	/**
	 * Whether a part of a message has come and the rest has not.
	 * @return true within a message
	 */
	boolean isPartial();

	/**
	 * A server's decoder.
	 * @param options its limits
	 * @return a new handler
	 */
	static MessageDecoder ofRequests(HttpOptions options) {
		return new Requests(options);
	}

	/**
	 * A client's decoder.
	 * @param options its limits
	 * @return a new handler
	 */
	static MessageDecoder ofResponses(HttpOptions options) {
		return new Responses(options);
	}

	private static HttpDecoderConfig config(HttpOptions options) {
		return new HttpDecoderConfig().setMaxInitialLineLength(options.maxHeaderSize())
			.setMaxHeaderSize(options.maxHeaderSize())
			.setMaxChunkSize(Integer.MAX_VALUE);
	}

	/** Requests. */
	final class Requests extends HttpRequestDecoder implements MessageDecoder {

		private final MessageProgress progress;

		private Requests(HttpOptions options) {
			super(config(options));
			this.progress = new MessageProgress(new HttpScanner(options, true));
		}

		@Override
		protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
			if (!this.progress.passedBy(in, out)) {
				int before = in.readerIndex();
				super.decode(ctx, in, out);
				this.progress.decoded(in, before, out);
			}
		}

		@Override
		public boolean isPartial() {
			return this.progress.isWithin() || actualReadableBytes() > 0;
		}

	}

	/** Responses. */
	final class Responses extends HttpResponseDecoder implements MessageDecoder {

		private final MessageProgress progress;

		private Responses(HttpOptions options) {
			super(config(options));
			this.progress = new MessageProgress(new HttpScanner(options, false));
		}

		@Override
		protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
			if (!this.progress.passedBy(in, out)) {
				int before = in.readerIndex();
				super.decode(ctx, in, out);
				this.progress.decoded(in, before, out);
			}
		}

		@Override
		public boolean isPartial() {
			return this.progress.isWithin() || actualReadableBytes() > 0;
		}

	}

}
