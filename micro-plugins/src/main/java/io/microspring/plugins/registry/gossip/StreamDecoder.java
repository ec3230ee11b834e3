package io.microspring.plugins.registry.gossip;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.microspring.concurrent.Stages;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Reads the message of a connection. Its length stands nowhere unless it is encrypted, so
 * that it is tried whenever as much has come as was lacking before. A large one is read
 * aside, and meanwhile nothing is taken from the connection.
 */
final class StreamDecoder extends ChannelInboundHandlerAdapter {

	/** So that nobody makes us try a large message byte by byte. */
	private static final long MAX_TRIED = 16L * StreamMessage.MAX_LENGTH;

	private static final byte[] NOTHING = {};

	private final StreamCodec codec;

	private final Backlog backlog;

	private final Aside aside;

	/** What has come, as much as {@link #length} says. */
	private byte[] data = NOTHING;

	private int length;

	private long needed = 1;

	private long tried;

	private boolean reading;

	/** Whether there was a message, or can be none any more. */
	private boolean over;

	/**
	 * For one connection.
	 * @param codec reads messages
	 * @param backlog what all connections together may keep
	 * @param aside where large messages are read
	 */
	StreamDecoder(StreamCodec codec, Backlog backlog, Aside aside) {
		this.codec = codec;
		this.backlog = backlog;
		this.aside = aside;
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object read) {
		ByteBuf in = (ByteBuf) read;
		try {
			if (!this.over) {
				add(in);
				read(context);
			}
		}
		catch (MalformedException ex) {
			refuse(context, ex);
		}
		finally {
			in.release();
		}
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		this.over = true;
		if (!this.reading) {
			forget();
		}
	}

	private void add(ByteBuf in) {
		int more = in.readableBytes();
		if (this.length + more > this.data.length) {
			int size = Math.max(this.length + more, Math.min(2 * this.data.length, StreamMessage.MAX_LENGTH));
			this.backlog.take(Backlog.counted(size) - Backlog.counted(this.data.length));
			this.data = Arrays.copyOf(this.data, size);
		}
		in.readBytes(this.data, this.length, more);
		this.length += more;
	}

	private void forget() {
		this.backlog.give(Backlog.counted(this.data.length));
		this.data = NOTHING;
	}

	private void read(ChannelHandlerContext context) {
		if (this.reading || this.length < this.needed) {
			return;
		}
		this.reading = true;
		this.tried += this.length;
		byte[] present = this.data;
		int end = this.length;
		CompletionStage<StreamMessage> message;
		try {
			message = this.aside.run(end, () -> this.codec.decode(Arrays.copyOf(present, end)));
			context.channel().config().setAutoRead(message.toCompletableFuture().isDone());
		}
		catch (RuntimeException ex) {
			message = CompletableFuture.failedStage(ex);
		}
		message.whenComplete((whole, failure) -> {
			this.reading = false;
			if (this.over) {
				// It was closed meanwhile.
				forget();
			}
			else if (failure != null) {
				failed(context, Stages.cause(failure));
			}
			else {
				this.over = true;
				forget();
				context.channel().config().setAutoRead(true);
				context.fireChannelRead(whole);
			}
		});
	}

	private void failed(ChannelHandlerContext context, Throwable failure) {
		if (!(failure instanceof IncompleteException incomplete)) {
			refuse(context, failure);
			return;
		}
		this.needed = incomplete.needed();
		if (this.needed > StreamMessage.MAX_LENGTH || this.tried > MAX_TRIED) {
			refuse(context, new MalformedException("a message of more than " + StreamMessage.MAX_LENGTH + " bytes"));
			return;
		}
		context.channel().config().setAutoRead(true);
		// More may have come before reading stopped.
		read(context);
	}

	private void refuse(ChannelHandlerContext context, Throwable failure) {
		this.over = true;
		forget();
		context.channel().config().setAutoRead(true);
		context.fireExceptionCaught(failure);
	}

	/** Does what is large on another thread, one after the other. */
	@FunctionalInterface
	interface Aside {

		/**
		 * Has something done, here and now unless it is large.
		 * @param size how many bytes it is about
		 * @param task what to do
		 * @return what it gives or throws, by the thread of the sockets
		 * @throws MalformedException when there is too much to do already
		 */
		<T> CompletionStage<T> run(int size, Supplier<T> task);

	}

}
