package io.microspring.transport;

import java.util.ArrayDeque;
import java.util.Deque;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2RemoteFlowController.FlowControlled;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a stream has to write once its peer has room: messages, and at last the end.
 * Messages that wait together leave together, in as few frames as hold them. Belongs to
 * the event loop.
 */
final class Outflow implements FlowControlled {

	private final StreamSocket socket;

	private final Http2Stream stream;

	private final Http2Writer writer;

	/** Sums up the sizes of what is queued. */
	private int left;

	/** The message that is being written, and those behind it. */
	private @Nullable Part first;

	private @Nullable Deque<Part> rest;

	/** How much of the first has been written. */
	private int done;

	private boolean end;

	private boolean endWritten;

	private @Nullable Http2Headers trailers;

	/**
	 * One message.
	 * @param socket whose it is
	 * @param stream its stream
	 * @param writer writes it
	 * @param part the message
	 * @param end whether nothing follows
	 */
	Outflow(StreamSocket socket, Http2Stream stream, Http2Writer writer, Part part, boolean end) {
		this.socket = socket;
		this.stream = stream;
		this.writer = writer;
		this.first = part;
		this.left = part.length();
		this.end = end;
	}

	/** Headers at the end, and nothing behind them. */
	Outflow(StreamSocket socket, Http2Stream stream, Http2Writer writer, Http2Headers trailers, int counted) {
		this(socket, stream, writer, new Part(Part.NONE, Part.NONE, counted), true);
		this.trailers = trailers;
	}

	@Override
	public int size() {
		return this.left;
	}

	@Override
	public void write(ChannelHandlerContext ctx, int allowed) {
		int most = this.writer.mostInFrame();
		int size = Math.min(allowed, this.left);
		while (size > 0) {
			int frame = Math.min(size, most);
			this.endWritten = this.end && this.trailers == null && frame == this.left;
			this.writer.data(this.stream, frame, this.endWritten);
			add(frame);
			this.left -= frame;
			size -= frame;
		}
		Part last = this.first;
		if (this.left > 0 || last == null) {
			return;
		}
		// What is left has no bytes: an empty end, or trailers.
		if (this.trailers != null) {
			writeTrailers(ctx, this.trailers);
		}
		else if (!this.endWritten) {
			this.writer.data(this.stream, 0, true);
		}
		this.socket.leaves(last.counted());
		this.first = null;
	}

	private void writeTrailers(ChannelHandlerContext ctx, Http2Headers headers) {
		try {
			this.writer.headers(this.stream, headers, true);
		}
		catch (Http2Exception ex) {
			this.socket.unwritable(ctx, ex);
		}
	}

	/** Adds bytes of the messages; one that is complete makes place for the next. */
	private void add(int bytes) {
		int missing = bytes;
		Part part = this.first;
		while (part != null && missing > 0) {
			int size = Math.min(missing, part.length() - this.done);
			part.write(this.writer.batch(), this.done, size);
			this.done += size;
			missing -= size;
			if (this.done < part.length()) {
				return;
			}
			this.socket.leaves(part.counted());
			part = (this.rest == null) ? null : this.rest.poll();
			this.first = part;
			this.done = 0;
		}
	}

	@Override
	public boolean merge(ChannelHandlerContext ctx, FlowControlled next) {
		if (this.end || !(next instanceof Outflow other)) {
			return false;
		}
		Part added = other.first;
		if (added == null) {
			return false;
		}
		if (this.first == null) {
			this.first = added;
		}
		else {
			Deque<Part> waiting = this.rest;
			if (waiting == null) {
				waiting = new ArrayDeque<>(4);
				this.rest = waiting;
			}
			waiting.add(added);
		}
		this.left += other.left;
		this.end = other.end;
		this.trailers = other.trailers;
		return true;
	}

	@Override
	public void writeComplete() {
		if (this.end) {
			this.socket.endWritten();
		}
	}

	/** The stream was closed before. */
	@Override
	public void error(ChannelHandlerContext ctx, @Nullable Throwable cause) {
		for (Part part = this.first; part != null; part = (this.rest == null) ? null : this.rest.poll()) {
			this.socket.leaves(part.counted());
		}
		this.first = null;
		this.socket.failed(cause);
	}

	/**
	 * The bytes of a message.
	 *
	 * @param prefix what goes ahead of it
	 * @param body the message
	 * @param counted how much it counts for what waits to be written
	 */
	record Part(byte[] prefix, byte[] body, int counted) {

		static final byte[] NONE = new byte[0];

		int length() {
			return this.prefix.length + this.body.length;
		}

		void write(WriteBatch batch, int from, int size) {
			int ahead = Math.min(size, this.prefix.length - from);
			if (ahead > 0) {
				batch.add(this.prefix, from, ahead);
			}
			else {
				ahead = 0;
			}
			if (size > ahead) {
				batch.add(this.body, from + ahead - this.prefix.length, size - ahead);
			}
		}

	}

}
