package io.microspring.transport;

import java.util.concurrent.TimeUnit;

import io.microspring.errors.MicroException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what arrives on a multiplexed connection into frames, within the limits, and
 * watches over the time-outs of its connection.
 */
final class MuxReader extends ChannelInboundHandlerAdapter {

	/** A frame over the limit is read and dropped up to this many times the limit. */
	private static final int DRAINED = 8;

	/** A few bytes, and a frame of which a copy is cheap. */
	private static final int SMALL = 1024;

	private static final int MIDDLING = 8 * 1024;

	private final MuxSession session;

	private final HttpOptions options;

	/** The largest frame. */
	private final long limit;

	/** What has been read of the next frames. */
	private @Nullable ByteBuf rest;

	/** How much is still to come of a frame that is dropped. */
	private long dropping;

	private @Nullable ChannelHandlerContext context;

	/** Whether {@link #resume()} is going to read what is left. */
	private boolean resuming;

	private @Nullable ScheduledFuture<?> tick;

	private @Nullable ScheduledFuture<?> slow;

	/** How many frames have been read: tells one partial frame from the next. */
	private long complete;

	MuxReader(MuxSession session, HttpOptions options) {
		this.session = session;
		this.options = options;
		this.limit = (long) options.maxMessageSize() + options.maxHeaderSize();
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		this.session.readBy(this);
		this.context = ctx;
		scheduleTick(ctx);
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object message) {
		ByteBuf data = (ByteBuf) message;
		ByteBuf first = split(ctx, data);
		if (first != null) {
			readFrom(ctx, first, false);
		}
		ByteBuf before = this.rest;
		this.rest = null;
		readFrom(ctx,
				(before == null) ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), before, data),
				true);
	}

	/**
	 * Completes a small frame of which the first bytes had come, so that the rest of what
	 * was read need not be copied behind them.
	 * @return the frame, or null when it is not so
	 */
	private @Nullable ByteBuf split(ChannelHandlerContext ctx, ByteBuf data) {
		ByteBuf before = this.rest;
		if (before == null || before.readableBytes() > SMALL
				|| before.readableBytes() + data.readableBytes() < MuxFrame.LENGTH) {
			return null;
		}
		long length = 0;
		for (int i = 0; i < MuxFrame.LENGTH; i++) {
			int behind = i - before.readableBytes();
			length = length << Byte.SIZE | ((behind < 0) ? before.getUnsignedByte(before.readerIndex() + i)
					: data.getUnsignedByte(data.readerIndex() + behind));
		}
		long missing = MuxFrame.LENGTH + length - before.readableBytes();
		if (length > MIDDLING || missing <= 0 || missing > data.readableBytes()) {
			return null;
		}
		ByteBuf frame = ctx.alloc().directBuffer(MuxFrame.LENGTH + (int) length);
		frame.writeBytes(before).writeBytes(data, (int) missing);
		before.release();
		this.rest = null;
		return frame;
	}

	private void readFrom(ChannelHandlerContext ctx, ByteBuf in, boolean last) {
		try {
			this.session.beginReading();
			try {
				read(in);
			}
			finally {
				if (last) {
					this.session.inbound.release();
				}
			}
			if (in.isReadable() && !this.session.isFinishing()) {
				keep(ctx, in);
			}
		}
		catch (MuxException | IndexOutOfBoundsException ex) {
			this.session.violated(String.valueOf(ex.getMessage()));
		}
		finally {
			if (this.rest != in) {
				in.release();
			}
		}
	}

	/** A large buffer is not kept for a few bytes. */
	private void keep(ChannelHandlerContext ctx, ByteBuf in) {
		int left = in.readableBytes();
		if (left <= SMALL && in.capacity() > MIDDLING) {
			this.rest = ctx.alloc().directBuffer(left).writeBytes(in, in.readerIndex(), left);
			return;
		}
		if (in.refCnt() == 1) {
			// What was read makes room, or a buffer that is never empty grows.
			in.discardSomeReadBytes();
		}
		this.rest = in;
	}

	private void read(ByteBuf in) {
		while (!this.session.isFinishing() && this.session.mayRead()) {
			if (this.dropping > 0) {
				int dropped = (int) Math.min(this.dropping, in.readableBytes());
				in.skipBytes(dropped);
				this.dropping -= dropped;
			}
			if (this.dropping > 0 || in.readableBytes() < MuxFrame.LENGTH) {
				return;
			}
			long length = in.getUnsignedInt(in.readerIndex());
			if (length > this.limit) {
				if (in.readableBytes() < MuxFrame.LENGTH + MuxFrame.LONGEST_HEAD) {
					return;
				}
				drop(in, length);
			}
			else if (in.readableBytes() - MuxFrame.LENGTH < length) {
				return;
			}
			else {
				frame(in, (int) length);
			}
		}
	}

	private void frame(ByteBuf in, int length) {
		int end = in.readerIndex() + MuxFrame.LENGTH + length;
		int written = in.writerIndex();
		in.skipBytes(MuxFrame.LENGTH);
		this.complete++;
		// what belongs to the frame ends where it ends
		in.writerIndex(end);
		try {
			if (length == 0) {
				throw new MuxException("a frame without a type");
			}
			int type = in.readUnsignedByte();
			this.session.received(type, MuxFrame.readInt(in), in);
		}
		finally {
			in.setIndex(end, written);
		}
	}

	private void drop(ByteBuf in, long length) {
		if (length > DRAINED * this.limit) {
			throw new MuxException("a frame of " + length + " bytes: the limit is " + this.limit);
		}
		in.skipBytes(MuxFrame.LENGTH);
		int begin = in.readerIndex();
		int type = in.readUnsignedByte();
		int id = MuxFrame.readInt(in);
		this.dropping = length - (in.readerIndex() - begin);
		this.complete++;
		this.session.tooLarge(type, id, tooLarge(length, this.options));
	}

	/**
	 * What is said of a body that is over the limit.
	 * @param size how large it is, about
	 * @param options the limit
	 * @return the error
	 */
	static MicroException tooLarge(long size, HttpOptions options) {
		return MicroException.of(HttpSocket.ID, 413,
				"a message of " + size + " bytes is refused: the limit is " + options.maxMessageSize());
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) {
		this.session.endReading();
		if (this.slow == null && isPartial()) {
			scheduleSlow(ctx);
		}
	}

	/** The session may read again: nothing new needs to arrive for what is left. */
	void resume() {
		ChannelHandlerContext ctx = this.context;
		if (this.rest != null && ctx != null && !this.resuming) {
			this.resuming = true;
			ctx.executor().execute(() -> {
				this.resuming = false;
				readRest(ctx);
			});
		}
	}

	private void readRest(ChannelHandlerContext ctx) {
		ByteBuf left = this.rest;
		if (left != null) {
			this.rest = null;
			// What is partial now has the whole time-out before it.
			this.complete++;
			readFrom(ctx, left, true);
			channelReadComplete(ctx);
		}
	}

	private boolean isPartial() {
		return (this.rest != null || this.dropping > 0) && !this.session.isFinishing();
	}

	/**
	 * Looks only when a frame did not come whole, so that the usual one costs no timer.
	 */
	private void scheduleSlow(ChannelHandlerContext ctx) {
		long seen = this.complete;
		this.slow = ctx.executor().schedule(() -> {
			this.slow = null;
			if (!isPartial()) {
				return;
			}
			if (this.complete == seen && ctx.channel().config().isAutoRead()) {
				this.session.violated("the rest of a frame did not come in " + this.options.readTimeout());
			}
			else {
				scheduleSlow(ctx);
			}
		}, this.options.readTimeout().toNanos(), TimeUnit.NANOSECONDS);
	}

	private void scheduleTick(ChannelHandlerContext ctx) {
		this.tick = ctx.executor().schedule(() -> {
			this.session.tick();
			scheduleTick(ctx);
		}, this.session.tickNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
		if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
			this.session.endReading();
			this.session.broken(null);
		}
		super.userEventTriggered(ctx, event);
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext ctx) {
		this.session.writabilityChanged();
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		this.session.over(null);
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext ctx) {
		if (this.tick != null) {
			this.tick.cancel(false);
		}
		if (this.slow != null) {
			this.slow.cancel(false);
		}
		if (this.rest != null) {
			this.rest.release();
			this.rest = null;
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		this.session.broken(Tls.broken(cause));
	}

}
