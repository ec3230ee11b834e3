package io.microspring.transport;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's end of a WebSocket, which carries a single call (design §4).
 * <p>
 * Fields without a note belong to the event loop.
 */
final class WebSocketConnection implements NettySocket {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	/** What ends the caller's direction. */
	private static final Message HALF_CLOSE = Message
		.of(Metadata.of(Headers.END, Integer.toString(WebSocketEncoder.NORMAL)));

	private final SocketChannel channel;

	private final EventLoop loop;

	private final HttpOptions options;

	private final WebSocketEncoder encoder;

	private final HttpOutbox outbox;

	private final HttpDelivery delivery;

	private final String local;

	private final String remote;

	/** From any thread: whether the queue is going to be emptied. */
	private final AtomicBoolean draining = new AtomicBoolean();

	/** From any thread: whether nothing can be sent any more. */
	private final AtomicBoolean closed = new AtomicBoolean();

	/** Done when everything has been written. */
	private final CompletableFuture<Void> finished = new CompletableFuture<>();

	private long lastHeard = System.nanoTime();

	private long lastWritten = System.nanoTime();

	/** Whether what arrives is dropped. */
	private boolean deaf;

	/** Whether the caller has said that it sends no more messages. */
	private boolean halfClosed;

	/** Whether the peer has sent its close. */
	private boolean closeReceived;

	private boolean finishing;

	WebSocketConnection(SocketChannel channel, String accept, HttpOptions options) {
		this.channel = channel;
		this.loop = channel.eventLoop();
		this.options = options;
		this.encoder = new WebSocketEncoder(accept);
		this.outbox = new HttpOutbox(channel, this.encoder);
		this.delivery = new HttpDelivery(channel, this::receiverFailed);
		this.local = HttpSocket.text(channel.localAddress());
		this.remote = HttpSocket.text(channel.remoteAddress());
	}

	@Override
	public void send(Message message) {
		HttpSocket.checkSize(message.body(), this.options.maxMessageSize(), this.remote);
		this.encoder.check(message);
		if (!isOpen()) {
			throw closedAlready(null);
		}
		this.outbox.add(message);
		scheduleDrain();
	}

	private void scheduleDrain() {
		if (this.draining.compareAndSet(false, true)) {
			try {
				this.loop.execute(this::drain);
			}
			catch (RejectedExecutionException ex) {
				throw closedAlready(ex);
			}
		}
	}

	private TransportException closedAlready(@Nullable Throwable cause) {
		return new TransportException("connection to " + this.remote + " is closed", true, cause);
	}

	private void drain() {
		this.draining.set(false);
		boolean closing = this.outbox.flush();
		this.lastWritten = System.nanoTime();
		this.delivery.congested(!this.outbox.isWritable());
		if (this.encoder.isOver()) {
			finish(null);
		}
		else if (closing) {
			violated(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code(), "the call was cancelled");
		}
	}

	/** Everything of ours is written: waits until the peer has hung up, but not long. */
	private void finish(@Nullable Throwable cause) {
		if (this.finishing) {
			return;
		}
		this.finishing = true;
		this.closed.set(true);
		this.deaf = true;
		this.delivery.drop();
		ScheduledFuture<?> limit = this.loop.schedule((Runnable) this.channel::close, HttpSocket.LINGER.toNanos(),
				TimeUnit.NANOSECONDS);
		this.channel.closeFuture().addListener((done) -> limit.cancel(false));
		this.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((written) -> {
			if (!written.isSuccess()) {
				this.channel.close();
			}
			else if (this.closeReceived || cause != null || this.encoder.isRefused()) {
				// no close can be expected of it any more
				hangUp();
			}
			over(cause);
		});
	}

	/**
	 * Closing with bytes unread would make the kernel tell the peer of a failure: it
	 * hangs up first, or has had time enough.
	 */
	private void hangUp() {
		if (this.channel.isInputShutdown()) {
			this.channel.close();
		}
		else {
			Tls.shutdownOutput(this.channel);
		}
	}

	private void control(Consumer<ByteBuf> frame) {
		ByteBuf buffer = this.channel.alloc().buffer();
		frame.accept(buffer);
		this.channel.writeAndFlush(buffer, this.channel.voidPromise());
	}

	/**
	 * The request that asked for the WebSocket is what opens the call.
	 * @param request the request's headers
	 */
	void opened(Message request) {
		Metadata.Builder headers = request.headers().toBuilder();
		request.headers().forEach((name, value) -> {
			if (name.regionMatches(true, 0, "Sec-WebSocket-", 0, 14)) {
				headers.remove(name);
			}
		});
		headers.remove("Connection").remove("Upgrade").set(Headers.CALL_PROTOCOL, "websocket");
		Message opening = Message.of(headers.build());
		this.delivery.hand((receiver) -> receiver.onMessage(opening));
	}

	void received(Message message) {
		if (this.halfClosed) {
			violated(WebSocketCloseStatus.PROTOCOL_ERROR.code(), "a message came after the caller's last");
		}
		else {
			this.delivery.hand((receiver) -> receiver.onMessage(message));
		}
	}

	/** The caller sends no more messages. */
	void halfClosed() {
		if (!this.halfClosed) {
			this.halfClosed = true;
			this.delivery.hand((receiver) -> receiver.onMessage(HALF_CLOSE));
		}
	}

	/**
	 * A message was refused. The receiver may still answer, but nothing more is read.
	 * @param head its headers
	 * @param error why
	 */
	void refused(Message head, MicroException error) {
		this.deaf = true;
		this.encoder.closeWith(WebSocketCloseStatus.MESSAGE_TOO_BIG.code());
		this.delivery.hand((receiver) -> receiver.onRefused(head, error));
	}

	/**
	 * Closes the connection without waiting for the call to end.
	 * @param code why
	 * @param reason the same in words
	 */
	void violated(int code, String reason) {
		if (!this.finishing) {
			logger.debug("Closing the WebSocket of {} with {}: {}", this.remote, code, reason);
			control((out) -> this.encoder.close(code, reason, out));
			if (this.encoder.isOver()) {
				finish(new TransportException("WebSocket of " + this.remote + ": " + reason, false, null));
			}
			else {
				broken(new TransportException("connection to " + this.remote + ": " + reason, false, null));
			}
		}
	}

	/** The peer has sent its close, or answered ours. */
	void closeReceived(int code, String reason) {
		this.closeReceived = true;
		if (this.finishing) {
			hangUp();
			return;
		}
		boolean well = code == WebSocketEncoder.NORMAL || code == WebSocketCloseStatus.EMPTY.code();
		boolean wasDeaf = this.deaf;
		this.deaf = true;
		// before the receiver hears of it, so that nothing is sent behind what was
		this.closed.set(true);
		this.outbox.flush();
		control((out) -> this.encoder.close(WebSocketEncoder.NORMAL, "", out));
		if (well && !wasDeaf) {
			halfClosed();
		}
		TransportException cause = well ? null : new TransportException(
				"WebSocket of " + this.remote + " was closed with " + code + (reason.isEmpty() ? "" : ": " + reason),
				false, null);
		over(cause);
		if (this.encoder.isOver()) {
			finish(cause);
		}
		else {
			this.channel.close();
		}
	}

	void pong(ByteBuf payload) {
		if (!this.deaf) {
			control((out) -> this.encoder.pong(payload, out));
			this.delivery.congested(!this.outbox.isWritable());
		}
	}

	/** Something has arrived. */
	void heard() {
		this.lastHeard = System.nanoTime();
	}

	/**
	 * Asks a silent peer whether it is there, and gives it up when it was silent for the
	 * idle time-out. A peer that is not read is not silent.
	 */
	void checkIdle() {
		long timeout = this.options.idleTimeout().toNanos();
		long now = System.nanoTime();
		if (!this.outbox.isWritable()) {
			if (now - this.lastWritten >= timeout) {
				broken(new TransportException(this.remote + " does not take what it is sent", false, null));
			}
		}
		else if (!this.channel.config().isAutoRead()) {
			heard();
		}
		else if (this.encoder.isOpen() && now - this.lastHeard >= timeout) {
			violated(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code(),
					"nothing was heard for " + this.options.idleTimeout());
		}
		else if (this.encoder.isOpen() && now - this.lastHeard >= timeout / 2 - timeout / 16) {
			control(this.encoder::ping);
		}
	}

	/** The peer has gone without a close. */
	void gone() {
		over(new TransportException("WebSocket of " + this.remote + " has gone without a close", false, null));
		this.channel.close();
	}

	/** The connection is of no more use. */
	void broken(Throwable cause) {
		over(cause);
		this.channel.close();
	}

	private void over(@Nullable Throwable cause) {
		this.closed.set(true);
		this.finished.complete(null);
		this.outbox.wake();
		this.delivery.end(cause);
	}

	private void receiverFailed(Throwable failure) {
		if (failure instanceof TransportException && !isOpen()) {
			logger.debug("{} has gone while it was answered", this.remote);
		}
		else {
			logger.error("The receiver of the WebSocket of {} failed: closing", this.remote, failure);
		}
		broken(failure);
	}

	void writabilityChanged() {
		this.lastWritten = System.nanoTime();
		this.delivery.congested(!this.outbox.isWritable());
		this.outbox.wake();
	}

	boolean isDeaf() {
		return this.deaf;
	}

	/** How often reading has begun or gone on. */
	long resumed() {
		return this.delivery.resumed();
	}

	@Override
	public CompletableFuture<Void> finished() {
		return this.finished;
	}

	@Override
	public void receive(Receiver receiver) {
		this.delivery.receive(receiver);
	}

	@Override
	public boolean isWritable() {
		return isOpen() && this.outbox.isWritable();
	}

	@Override
	public boolean awaitWritable(Duration timeout) throws InterruptedException {
		if (isWritable() || this.loop.inEventLoop()) {
			return isWritable();
		}
		return this.outbox.awaitWritable(timeout, this::isOpen);
	}

	@Override
	public void reading(boolean reading) {
		this.delivery.reading(reading);
	}

	@Override
	public boolean isOpen() {
		return !this.closed.get() && this.channel.isActive();
	}

	@Override
	public String local() {
		return this.local;
	}

	@Override
	public String remote() {
		return this.remote;
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.outbox.addEnd();
			this.outbox.wake();
			try {
				scheduleDrain();
			}
			catch (TransportException ignored) {
				// the event loop is gone, and with it the connection
			}
		}
	}

	@Override
	public String toString() {
		return "websocket[" + this.local + " <-> " + this.remote + "]";
	}

}
