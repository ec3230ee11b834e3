package io.microspring.transport;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.util.concurrent.ScheduledFuture;

/**
 * How an HTTP/2 connection ends: it is announced, so that the peer begins nothing more;
 * what is under way comes to its end; then the connection closes (RFC 9113 §6.8). Belongs
 * to the event loop.
 */
final class Http2Farewell {

	/** How long the peer may take to answer that it has heard the announcement. */
	private static final Duration HEARD = Duration.ofSeconds(1);

	/** How long the peer may take to hang up. */
	private static final Duration LINGER = Duration.ofSeconds(5);

	/** Says that this PING is the announcement's. */
	private static final long PING = 0x676f206177617921L;

	private final Http2Session session;

	private final SocketChannel channel;

	/** Done when everything has been written and the output is closed. */
	private final CompletableFuture<Void> finished = new CompletableFuture<>();

	private boolean announced;

	/** Whether the connection closes when its last stream has. */
	private boolean leaving;

	private boolean closing;

	Http2Farewell(Http2Session session, SocketChannel channel) {
		this.session = session;
		this.channel = channel;
	}

	/**
	 * The end of a connection that does not even begin: settings, which have to be the
	 * first thing that is said, and why.
	 * @param ctx the connection
	 * @param error the reason
	 * @param text the same in words
	 * @return both frames
	 */
	static ByteBuf ofNone(ChannelHandlerContext ctx, Http2Error error, String text) {
		byte[] words = text.getBytes(StandardCharsets.UTF_8);
		ByteBuf frames = ctx.alloc().buffer();
		Http2CodecUtil.writeFrameHeader(frames, 0, Http2FrameTypes.SETTINGS, new Http2Flags(), 0);
		Http2CodecUtil.writeFrameHeader(frames, 8 + words.length, Http2FrameTypes.GO_AWAY, new Http2Flags(), 0);
		return frames.writeInt(0).writeInt((int) error.code()).writeBytes(words);
	}

	CompletableFuture<Void> finished() {
		return this.finished;
	}

	/**
	 * Announces the end. What the peer has begun before it hears of it is served, so it
	 * is told a second time when it has.
	 * @param ctx the connection
	 */
	void begin(ChannelHandlerContext ctx) {
		if (this.announced || this.leaving) {
			return;
		}
		this.announced = true;
		if (!this.session.isServer()) {
			leave(ctx);
			return;
		}
		goAway(ctx, Integer.MAX_VALUE, Http2Error.NO_ERROR, Unpooled.EMPTY_BUFFER);
		this.session.encoder().writePing(ctx, false, PING, ctx.newPromise());
		ctx.flush();
		ScheduledFuture<?> unheard = ctx.executor().schedule(() -> leave(ctx), HEARD.toNanos(), TimeUnit.NANOSECONDS);
		this.channel.closeFuture().addListener((closed) -> unheard.cancel(false));
	}

	/**
	 * The peer has answered a PING.
	 * @param ctx the connection
	 * @param data what the PING said
	 */
	void pinged(ChannelHandlerContext ctx, long data) {
		if (this.announced && data == PING) {
			leave(ctx);
		}
	}

	private void leave(ChannelHandlerContext ctx) {
		if (!this.leaving && !this.closing) {
			this.leaving = true;
			goAway(ctx, this.session.connection().remote().lastStreamCreated(), Http2Error.NO_ERROR,
					Unpooled.EMPTY_BUFFER);
			ctx.flush();
			closeIfLast(ctx);
		}
	}

	/** The peer has announced the end, or sends no more. */
	void peerLeaves(ChannelHandlerContext ctx) {
		this.leaving = true;
		ctx.executor().execute(() -> closeIfLast(ctx));
	}

	/** A stream has ended. */
	void streamClosed(ChannelHandlerContext ctx) {
		if (this.leaving && !this.closing) {
			ctx.executor().execute(() -> closeIfLast(ctx));
		}
	}

	private void closeIfLast(ChannelHandlerContext ctx) {
		if (this.leaving && !ctx.isRemoved() && this.session.connection().numActiveStreams() == 0) {
			close(ctx);
		}
	}

	/**
	 * The peer has broken the rules.
	 * @param ctx the connection
	 * @param error what to tell it
	 * @param text the same in words
	 */
	void broken(ChannelHandlerContext ctx, Http2Error error, String text) {
		if (this.closing) {
			return;
		}
		goAway(ctx, this.session.connection().remote().lastStreamCreated(), error,
				ByteBufUtil.encodeString(ctx.alloc(), CharBuffer.wrap(text), StandardCharsets.UTF_8));
		close(ctx);
	}

	private void goAway(ChannelHandlerContext ctx, int last, Http2Error error, ByteBuf text) {
		this.session.goAway(ctx, last, error.code(), text, ctx.newPromise());
	}

	/** Closes once everything that was written has left. */
	private void close(ChannelHandlerContext ctx) {
		if (this.closing) {
			return;
		}
		this.closing = true;
		ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((written) -> {
			if (!this.session.isServer() || this.channel.isInputShutdown() || !written.isSuccess()) {
				this.channel.close();
				return;
			}
			// Closing with bytes unread would make the kernel throw away the last frames
			// on their way: the peer hangs up first, or has had time enough.
			Tls.shutdownOutput(this.channel);
			this.finished.complete(null);
			ScheduledFuture<?> limit = ctx.executor()
				.schedule((Runnable) this.channel::close, LINGER.toNanos(), TimeUnit.NANOSECONDS);
			this.channel.closeFuture().addListener((closed) -> limit.cancel(false));
		});
	}

	/** Whether nothing more is read. */
	boolean isClosing() {
		return this.closing;
	}

}
