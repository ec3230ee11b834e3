package io.microspring.transport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * Watches over the time-outs of an HTTP/2 connection: one that carries no stream is
 * closed in the end, and a peer that is silent while it has streams is asked whether it
 * is still there. Belongs to the event loop.
 */
final class Http2Watch {

	/** Says that this PING asks whether the peer is there. */
	private static final long PING = 0x7374696c6c3f3f3fL;

	private final Http2Session session;

	private final HttpOptions options;

	/** How many frames have come: tells one partial frame from the next. */
	private long frames;

	private long lastFrame = System.nanoTime();

	private long lastStream = System.nanoTime();

	private long lastTaken = System.nanoTime();

	/** Whether the last bytes were no whole frame. */
	private boolean partial;

	private boolean ended;

	private @Nullable ScheduledFuture<?> silent;

	private @Nullable ScheduledFuture<?> slow;

	/** Until it fires the peer may answer; any frame is an answer. */
	private @Nullable ScheduledFuture<?> asked;

	Http2Watch(Http2Session session, HttpOptions options) {
		this.session = session;
		this.options = options;
	}

	/** The connection begins, and the peer has to say so. */
	void begin(ChannelHandlerContext ctx) {
		this.slow = after(ctx, this.options.readTimeout(), () -> checkSlow(ctx, 0, true));
		this.partial = true;
		this.silent = after(ctx, this.options.idleTimeout(), () -> checkSilent(ctx));
	}

	/** A frame has come. */
	void frame() {
		this.frames++;
		this.lastFrame = System.nanoTime();
		this.partial = false;
		if (this.asked != null) {
			this.asked.cancel(false);
			this.asked = null;
		}
	}

	/** A stream has begun or ended. */
	void stream() {
		this.lastStream = System.nanoTime();
	}

	/** Bytes are about to be decoded. */
	void beginReading() {
		this.partial = true;
	}

	/**
	 * Bytes have been decoded.
	 * @param ctx the connection
	 * @param rest whether some are left that are no whole frame
	 */
	void endReading(ChannelHandlerContext ctx, boolean rest) {
		this.partial |= rest;
		if (this.partial && this.slow == null) {
			long seen = this.frames;
			this.slow = after(ctx, this.options.readTimeout(), () -> checkSlow(ctx, seen, false));
		}
	}

	/**
	 * Nothing was heard of frames of streams that are over, as the decoder swallows them:
	 * whoever answers a PING has not stopped within a frame.
	 */
	private void checkSlow(ChannelHandlerContext ctx, long seen, boolean asked) {
		this.slow = null;
		if (!this.partial || this.ended) {
			return;
		}
		boolean none = this.frames == seen;
		if (none && asked) {
			this.session.broken(ctx, Http2Error.PROTOCOL_ERROR,
					"the rest of a frame did not come in " + this.options.readTimeout());
			return;
		}
		if (none) {
			ping(ctx);
		}
		long again = this.frames;
		this.slow = after(ctx, this.options.readTimeout(), () -> checkSlow(ctx, again, none));
	}

	private void ping(ChannelHandlerContext ctx) {
		this.session.encoder().writePing(ctx, false, PING, ctx.newPromise());
		ctx.flush();
	}

	private void checkSilent(ChannelHandlerContext ctx) {
		if (this.ended) {
			return;
		}
		if (System.nanoTime() - this.lastTaken >= this.options.idleTimeout().toNanos()) {
			this.lastTaken = System.nanoTime();
			this.session.streams().forEach(StreamSocket::checkTaken);
		}
		boolean idle = this.session.isIdle();
		long timeout = this.options.idleTimeout().toNanos();
		long left = timeout - (System.nanoTime() - (idle ? this.lastStream : this.lastFrame));
		if (left > 0) {
			this.silent = ctx.executor().schedule(() -> checkSilent(ctx), left, TimeUnit.NANOSECONDS);
			return;
		}
		this.silent = after(ctx, this.options.idleTimeout(), () -> checkSilent(ctx));
		if (idle) {
			this.session.goAway();
		}
		else if (this.asked == null) {
			ping(ctx);
			this.asked = after(ctx, this.options.readTimeout(), () -> this.session.broken(ctx, Http2Error.NO_ERROR,
					"no answer to a PING in " + this.options.readTimeout()));
		}
	}

	/** The connection has ended. */
	void end() {
		this.ended = true;
		if (this.silent != null) {
			this.silent.cancel(false);
		}
		if (this.slow != null) {
			this.slow.cancel(false);
		}
		if (this.asked != null) {
			this.asked.cancel(false);
		}
	}

	private static ScheduledFuture<?> after(ChannelHandlerContext ctx, Duration time, Runnable action) {
		return ctx.executor().schedule(action, time.toNanos(), TimeUnit.NANOSECONDS);
	}

}
