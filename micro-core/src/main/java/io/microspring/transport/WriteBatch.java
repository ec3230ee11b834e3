package io.microspring.transport;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what is written in one buffer until the next flush: a call is a handful of
 * frames of a few bytes each, and a buffer, a promise and an entry of the system's vector
 * for each of them would cost more than they do. Belongs to the event loop.
 */
final class WriteBatch extends ChannelOutboundHandlerAdapter {

	/** What is larger is not copied when it comes in a buffer of its own. */
	private static final int SMALL = 2 * 1024;

	private static final int LEAST = 1024;

	private static final int MOST = 64 * 1024;

	private @Nullable ChannelHandlerContext context;

	private @Nullable ByteBuf batch;

	/** How large the next batch is likely to be. */
	private int expected = LEAST;

	/** Those who want to know when the bytes of the batch have left. */
	private List<Consumer<@Nullable Throwable>> waiting = new ArrayList<>();

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		this.context = ctx;
	}

	private ChannelHandlerContext context() {
		ChannelHandlerContext ctx = this.context;
		if (ctx == null) {
			throw new IllegalStateException("not in a pipeline");
		}
		return ctx;
	}

	/**
	 * Where something small can be written at once.
	 * @param bytes how much is going to be written
	 * @return the buffer, to be written to and to nothing else
	 */
	ByteBuf room(int bytes) {
		ByteBuf current = this.batch;
		if (current != null && current.maxWritableBytes() < bytes) {
			hand();
			current = null;
		}
		if (current == null) {
			current = context().alloc().directBuffer(Math.max(bytes, this.expected), MOST);
			this.batch = current;
		}
		return current;
	}

	/**
	 * Adds bytes, however many.
	 * @param bytes where they are
	 * @param from the first of them
	 * @param length how many
	 */
	void add(byte[] bytes, int from, int length) {
		int begin = from;
		int left = length;
		while (left > 0) {
			ByteBuf room = room(Math.min(left, SMALL));
			int size = Math.min(left, room.maxWritableBytes());
			room.writeBytes(bytes, begin, size);
			begin += size;
			left -= size;
		}
	}

	/**
	 * Whether the connection takes what it is given, so that what was added counts as
	 * gone: no more bytes than the high-water mark and a batch are ever taken for gone
	 * that are not.
	 */
	boolean isFlowing() {
		return context().channel().isWritable();
	}

	/**
	 * Has something done when what was added has left, or never will.
	 * @param action what to do
	 */
	void whenLeft(Runnable action) {
		if (this.batch == null) {
			action.run();
		}
		else {
			this.waiting.add((failure) -> action.run());
		}
	}

	@Override
	public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
		if (message instanceof ByteBuf data && data.isReadable() && data.readableBytes() <= SMALL) {
			room(data.readableBytes()).writeBytes(data);
			data.release();
			if (!promise.isVoid()) {
				this.waiting.add((failure) -> tell(promise, failure));
			}
			return;
		}
		hand();
		ctx.write(message, promise);
	}

	private static void tell(ChannelPromise promise, @Nullable Throwable failure) {
		if (failure == null) {
			promise.trySuccess();
		}
		else {
			promise.tryFailure(failure);
		}
	}

	/** Hands the batch on. */
	private void hand() {
		ByteBuf full = this.batch;
		if (full == null) {
			return;
		}
		this.batch = null;
		int size = full.readableBytes();
		this.expected = Math.max(LEAST, (size > this.expected) ? size : (7 * this.expected + size) / 8);
		if (this.waiting.isEmpty()) {
			context().write(full, context().voidPromise());
			return;
		}
		List<Consumer<@Nullable Throwable>> told = this.waiting;
		this.waiting = new ArrayList<>();
		context().write(full).addListener((ChannelFuture done) -> told.forEach((each) -> each.accept(done.cause())));
	}

	@Override
	public void flush(ChannelHandlerContext ctx) {
		hand();
		ctx.flush();
	}

	@Override
	public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
		hand();
		ctx.close(promise);
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext ctx) {
		ByteBuf rest = this.batch;
		this.batch = null;
		if (rest != null) {
			rest.release();
			this.waiting.forEach((each) -> each.accept(new ClosedChannelException()));
			this.waiting.clear();
		}
	}

}
