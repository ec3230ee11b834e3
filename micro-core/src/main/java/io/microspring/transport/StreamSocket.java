package io.microspring.transport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.transport.StreamOutbox.Outgoing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
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

	/** How much may be queued before no more is welcome. */
	private static final int HIGH_WATER = 256 * 1024;

	/** What a message takes beside its body. */
	private static final int OVERHEAD = 64;

	final Http2Session session;

	final HttpOptions options;

	private final StreamDelivery delivery;

	/** From any thread: the bytes sent that the peer has not made room for. */
	private final AtomicLong queued = new AtomicLong();

	/** From any thread: whether no more can be sent. */
	private volatile boolean closed;

	/** From any thread: whether this end has said its last. */
	private volatile boolean sentEnd;

	private @Nullable Http2Stream stream;

	/** Whether the last of this end has been written. */
	private boolean localEnded;

	/** Whether the last of the peer has come. */
	private boolean remoteEnded;

	private boolean over;

	private @Nullable ScheduledFuture<?> slow;

	/** How much of a message is there that is not complete. */
	private long partial;

	/** How much was queued when somebody looked, and how often some of it had left. */
	private long seenQueued;

	private long seenLeft;

	private long left;

	/** How many messages have come: tells one partial message from the next. */
	private long complete;

	StreamSocket(Http2Session session) {
		this.session = session;
		this.options = session.options();
		this.delivery = new StreamDelivery(session.loop(), this);
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
			forgetPartial();
		}
		else {
			this.partial += bytes;
			if (!this.session.streams().partial(bytes)) {
				refuse(MicroException.of(HttpSocket.ID, 429, "too many large messages come at once"));
			}
		}
	}

	private void forgetPartial() {
		if (this.partial > 0) {
			this.session.streams().partial(-this.partial);
			this.partial = 0;
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
		forgetPartial();
		this.session.released(this);
		this.session.outbox().wake();
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

	/** Checks, and counts, and queues. */
	final void submit(Message message, boolean compressed, boolean last) {
		if (!isOpen() || this.sentEnd) {
			throw new TransportException("stream with " + remote() + " is closed", true, null);
		}
		if (last) {
			this.sentEnd = true;
		}
		this.queued.addAndGet(message.body().length + OVERHEAD);
		this.session.outbox().add(new Outgoing(this, message, compressed));
	}

	final void checkSize(byte[] body, int limit) {
		HttpSocket.checkSize(body, limit, remote());
	}

	/** A message has left the queue; it counts until it was written. */
	final void written(Message message, @Nullable ChannelFuture writing) {
		int size = message.body().length + OVERHEAD;
		if (writing == null || writing.isDone()) {
			unqueue(size);
		}
		else {
			this.session.streams().unwritten(size);
			writing.addListener((done) -> {
				this.session.streams().unwritten(-size);
				unqueue(size);
			});
		}
	}

	/** Ends the stream when the peer has taken nothing since this was called before. */
	final void checkTaken() {
		long waiting = this.queued.get();
		if (waiting > 0 && this.seenQueued > 0 && this.left == this.seenLeft) {
			reset(Http2Error.CANCEL, new TransportException(remote() + " does not take what it is sent", false, null));
		}
		this.seenQueued = waiting;
		this.seenLeft = this.left;
	}

	private void unqueue(int size) {
		this.left++;
		long waiting = this.queued.addAndGet(-size);
		if (waiting < HIGH_WATER && waiting + size >= HIGH_WATER) {
			this.session.outbox().wake();
		}
	}

	/** The last of this end is on its way. */
	final void localEnded(ChannelFuture writing) {
		this.localEnded = true;
		writing.addListener((done) -> {
			Http2Stream open = this.stream;
			if (done.isSuccess() && isServer() && !this.remoteEnded && open != null) {
				// The answer is complete: what the peer would still send is of no use
				// (RFC 9113 §8.1).
				this.session.streams().reset(open, Http2Error.NO_ERROR);
			}
			else if (!done.isSuccess()) {
				failed(done.cause());
			}
		});
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
		return isOpen() && this.queued.get() < HIGH_WATER;
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
		if (!this.closed) {
			this.closed = true;
			this.session.outbox().add(new Outgoing(this, null, false));
			this.session.outbox().wake();
		}
	}

	@Override
	public final String toString() {
		return "http/2[" + local() + " <-> " + remote() + "]";
	}

}
