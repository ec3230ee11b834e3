package io.microspring.transport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.transport.StreamOutbox.Outgoing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 stream as a socket. What its messages look like is the subclass's affair.
 * <p>
 * Fields without a note belong to the event loop.
 */
abstract sealed class StreamSocket implements Socket, StreamDelivery.Decoder permits CallSocket, RequestSocket {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	/** What a message takes beside its body. */
	private static final int OVERHEAD = 64;

	final Http2Session session;

	final HttpOptions options;

	final Share share;

	private final StreamDelivery delivery;

	/** From any thread: what was sent that the peer has not made room for. */
	private final Backlog backlog = new Backlog();

	/** From any thread: whether no more can be sent. */
	private volatile boolean closed;

	/** From any thread: whether this end has said its last. */
	private volatile boolean sentEnd;

	private @Nullable Http2Stream stream;

	/** Whether the last of this end has been written. */
	private boolean localEnded;

	private boolean endWritten;

	/** Whether the last of the peer has come. */
	private boolean remoteEnded;

	private boolean over;

	/** What ended it before its time, for who sends nevertheless. */
	private volatile @Nullable Throwable endedBy;

	private boolean released;

	private @Nullable ScheduledFuture<?> slow;

	/** How many messages have come: tells one partial message from the next. */
	private long complete;

	StreamSocket(Http2Session session) {
		this.session = session;
		this.options = session.options();
		this.delivery = new StreamDelivery(session.loop(), this);
		this.share = new Share(session.streams());
	}

	// what subclasses know

	/** Headers have come, the first ones or, with the end, trailers. */
	abstract void headers(Http2Headers headers, boolean end) throws Http2Exception;

	/** The last bytes have come, without trailers. */
	abstract void inputEnded();

	/** Whether a part of a message has come and the rest has not. */
	abstract boolean isPartial();

	/** Writes a message to the stream; a last one ends it. */
	abstract void write(Outgoing outgoing);

	/** Tells the peer why there will be no answer, when that can be said. */
	abstract void writeFailure(MicroException error);

	// incoming

	final void bind(Http2Stream opened) {
		this.stream = opened;
	}

	final @Nullable Http2Stream stream() {
		return this.stream;
	}

	final void data(ByteBuf data) {
		this.delivery.data(data.retain());
		watchSlow();
	}

	/** The peer says no more: of a client's call, nothing is of use any more then. */
	final void remoteEnded() {
		this.remoteEnded = true;
	}

	final boolean isRemoteEnded() {
		return this.remoteEnded;
	}

	final boolean isServer() {
		return this.session.isServer();
	}

	final StreamDelivery delivery() {
		return this.delivery;
	}

	/**
	 * Bytes of a message have been read.
	 * @param bytes how many
	 * @param whole whether it is complete now
	 */
	final void decoded(int bytes, boolean whole) {
		if (whole) {
			this.complete++;
			this.share.complete();
		}
		else if (!this.share.partial(bytes)) {
			refuse(Share.exceeded());
		}
	}

	@Override
	public final void taken(int bytes) {
		this.session.streams().consume(this, bytes);
	}

	@Override
	public final void receiverFailed(Throwable failure) {
		if (failure instanceof TransportException && !isOpen()) {
			logger.debug("{} has gone while it was answered", remote());
		}
		else {
			logger.error("The receiver of a stream with {} failed: closing it", remote(), failure);
		}
		reset(Http2Error.INTERNAL_ERROR, failure);
	}

	/** Gives the rest of what has begun its time. */
	final void watchSlow() {
		if (this.slow == null && !this.over && isPartial()) {
			long seen = this.complete;
			this.slow = this.session.loop()
				.schedule(() -> checkSlow(seen), this.options.readTimeout().toNanos(), TimeUnit.NANOSECONDS);
		}
	}

	private void checkSlow(long seen) {
		this.slow = null;
		if (this.over || this.remoteEnded || !isPartial()) {
			return;
		}
		if (this.complete == seen && this.delivery.isFlowing()) {
			refuse(MicroException.timeout(HttpSocket.ID,
					"the rest of a message did not come in " + this.options.readTimeout()));
			return;
		}
		watchSlow();
	}

	/**
	 * What came is no message: a server says so, and the stream is over.
	 * @param error what is wrong
	 */
	final void refuse(MicroException error) {
		if (this.over) {
			return;
		}
		if (isServer() && !this.localEnded) {
			writeFailure(error);
			this.session.outbox().flush();
			over(new TransportException("stream with " + remote() + ": " + error.detail(), false, error));
		}
		else {
			reset(Http2Error.CANCEL,
					new TransportException("stream with " + remote() + ": " + error.detail(), false, error));
		}
	}

	/**
	 * The stream has ended.
	 * @param cause what ended it before its time, or null
	 */
	final void streamClosed(@Nullable TransportException cause) {
		if (this.over) {
			return;
		}
		if (isServer()) {
			// What is held is of no use once the answer is complete.
			over(cause);
		}
		else if (cause == null || this.remoteEnded) {
			end();
			this.delivery.finish();
		}
		else {
			over(cause);
		}
	}

	/** The stream is over, and what is held is of no use. */
	final void over(@Nullable Throwable cause) {
		if (!this.over) {
			this.endedBy = cause;
			end();
		}
		this.delivery.abort(cause);
	}

	private void end() {
		this.over = true;
		this.closed = true;
		if (this.slow != null) {
			this.slow.cancel(false);
		}
		this.share.end();
		if (this.stream == null || this.stream.state() == Http2Stream.State.CLOSED) {
			release();
		}
		this.session.outbox().wake();
	}

	/** The stream is closed, and counts for the peer's limit no more. */
	final void release() {
		if (!this.released) {
			this.released = true;
			this.session.released(this);
		}
	}

	final boolean isOver() {
		return this.over;
	}

	/** Ends the stream at once, telling the peer a code and the receiver a cause. */
	final void reset(Http2Error error, @Nullable Throwable cause) {
		boolean wasOver = this.over;
		over(cause);
		if (!wasOver && this.stream != null) {
			this.session.streams().reset(this.stream, error);
		}
	}

	// outgoing

	/** Checks a message, and counts it as queued. */
	final Outgoing outgoing(Message message, boolean compressed, boolean last) {
		if (!isOpen() || this.sentEnd) {
			Throwable cause = this.endedBy;
			throw new TransportException(
					"stream with " + remote() + " is closed" + ((cause != null) ? ": " + cause.getMessage() : ""), true,
					cause);
		}
		if (last) {
			this.sentEnd = true;
		}
		this.backlog.add(counted(message));
		return new Outgoing(this, message, compressed);
	}

	final void checkSize(byte[] body, int limit) {
		HttpSocket.checkSize(body, limit, remote());
	}

	/**
	 * How much a message counts for what waits to be written, from when it is queued
	 * until it has left.
	 */
	static int counted(Message message) {
		return message.body().length + OVERHEAD;
	}

	/** A message is being written. */
	final void writing(int counted) {
		this.session.streams().unwritten(counted);
	}

	/** A message is on its way, or will never be. */
	final void leaves(int counted) {
		WriteBatch batch = this.session.writer().batch();
		if (batch.isFlowing()) {
			left(counted);
		}
		else {
			batch.whenLeft(() -> left(counted));
		}
	}

	private void left(int counted) {
		this.session.streams().unwritten(-counted);
		unqueue(counted);
	}

	/** Ends the stream when the peer has taken nothing since this was called before. */
	final void checkTaken() {
		if (this.backlog.hasStalled()) {
			reset(Http2Error.CANCEL, new TransportException(remote() + " does not take what it is sent", false, null));
		}
	}

	/** A message has left the queue, or is dropped. */
	final void unqueue(int size) {
		if (this.backlog.remove(size)) {
			this.session.outbox().wake();
		}
	}

	/** The last of this end waits to be written. */
	final void localEnded() {
		this.localEnded = true;
	}

	/** The last of this end has been written. */
	final void endWritten() {
		this.localEnded = true;
		this.endWritten = true;
		Http2Stream open = this.stream;
		if (open != null) {
			this.session.closeStreamLocal(open, this.session.context().newSucceededFuture());
		}
		if (isServer() && !this.remoteEnded) {
			this.session.outbox().afterReading(this::cutOff);
		}
	}

	/** What the peer would still send is of no use (RFC 9113 §8.1). */
	private void cutOff() {
		Http2Stream open = this.stream;
		if (!this.remoteEnded && open != null) {
			this.session.streams().reset(open, Http2Error.NO_ERROR);
		}
	}

	/** Headers are not such as the peer takes. */
	final void unwritable(ChannelHandlerContext ctx, Http2Exception cause) {
		this.session.onError(ctx, true, cause);
		failed(cause);
	}

	/** Something could not be written. */
	final void failed(@Nullable Throwable cause) {
		over(new TransportException(
				"stream with " + remote() + " broke: " + ((cause != null) ? cause.getMessage() : "closed"), false,
				cause));
	}

	final boolean isLocalEnded() {
		return this.localEnded;
	}

	/** The socket was closed, and what was sent before has been written. */
	final void closeNow() {
		if (this.over) {
			this.delivery.abort(null);
			return;
		}
		if (this.localEnded && isServer()) {
			// It ends by itself as soon as the peer has taken it.
			this.delivery.abort(null);
			return;
		}
		reset(Http2Error.CANCEL, null);
	}

	// the socket

	@Override
	public final void receive(Receiver receiver) {
		this.delivery.receive(receiver);
	}

	@Override
	public final boolean isWritable() {
		return isOpen() && this.backlog.hasRoom();
	}

	@Override
	public final boolean awaitWritable(Duration timeout) throws InterruptedException {
		return this.session.outbox().await(this, timeout);
	}

	@Override
	public final void reading(boolean reading) {
		this.delivery.reading(reading);
	}

	@Override
	public final boolean isOpen() {
		return !this.closed && this.session.isOpen();
	}

	@Override
	public final String local() {
		return this.session.local();
	}

	@Override
	public final String remote() {
		return this.session.remote();
	}

	@Override
	public final void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		if (this.session.loop().inEventLoop() && this.remoteEnded && this.endWritten) {
			// Both ends have said their last: there is nothing to write.
			this.delivery.abort(null);
		}
		else {
			this.session.outbox().add(new Outgoing(this, null, false));
			this.session.outbox().wake();
		}
	}

	@Override
	public final String toString() {
		return "http/2[" + local() + " <-> " + remote() + "]";
	}

}
