package io.microspring.transport;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection that carries HTTP/1.1.
 * <p>
 * Fields without a note belong to the event loop.
 */
final class HttpSocket implements NettySocket {

	/** Who says so in the errors of this transport. */
	static final String ID = "go.micro.transport";

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	/**
	 * How long closing may take: for what was sent to leave, and on a server for the peer
	 * to hang up.
	 */
	static final Duration LINGER = Duration.ofSeconds(5);

	private final SocketChannel channel;

	private final EventLoop loop;

	private final HttpEncoder encoder;

	private final HttpOutbox outbox;

	private final HttpDelivery delivery;

	private final boolean server;

	private final int maxMessageSize;

	private final String local;

	private final String remote;

	/** From any thread: whether the queue is going to be emptied. */
	private final AtomicBoolean draining = new AtomicBoolean();

	private final Runnable drain = this::drain;

	/** From any thread: whether nothing can be sent any more. */
	private final AtomicBoolean closed = new AtomicBoolean();

	/** Done when everything has been written and the output is closed. */
	private final CompletableFuture<Void> finished = new CompletableFuture<>();

	private long received;

	private long lastActive = System.nanoTime();

	/** Whether bytes are being decoded, after which the queue is emptied anyway. */
	private boolean decoding;

	/** Whether what arrives is dropped, because the connection is about to close. */
	private boolean deaf;

	/** Whether the connection closes as soon as everything received is answered. */
	private boolean closeWhenAnswered;

	/** What is sent last in that case, beside the answers. */
	private @Nullable Message farewell;

	private boolean finishing;

	HttpSocket(SocketChannel channel, HttpEncoder encoder, HttpOptions options, boolean server) {
		this.channel = channel;
		this.loop = channel.eventLoop();
		this.encoder = encoder;
		this.outbox = new HttpOutbox(channel, encoder);
		this.delivery = new HttpDelivery(channel, this::receiverFailed);
		this.server = server;
		this.maxMessageSize = options.maxMessageSize();
		this.local = text(channel.localAddress());
		this.remote = text(channel.remoteAddress());
	}

	@Override
	public void send(Message message) {
		checkSize(message.body(), this.maxMessageSize, this.remote);
		this.encoder.check(message);
		if (!isOpen()) {
			throw closedAlready(null);
		}
		if (this.loop.inEventLoop() && this.decoding) {
			this.outbox.addOnLoop(message);
			updateCongestion();
			return;
		}
		this.outbox.add(message);
		scheduleDrain();
		if (this.loop.inEventLoop()) {
			updateCongestion();
		}
	}

	private void scheduleDrain() {
		if (!this.draining.compareAndSet(false, true) || this.loop.inEventLoop() && this.decoding) {
			return;
		}
		try {
			this.loop.execute(this.drain);
		}
		catch (RejectedExecutionException ex) {
			throw closedAlready(ex);
		}
	}

	private TransportException closedAlready(@Nullable Throwable cause) {
		return new TransportException("connection to " + this.remote + " is closed", true, cause);
	}

	private void drain() {
		this.draining.set(false);
		boolean last = this.outbox.flush();
		this.lastActive = System.nanoTime();
		updateCongestion();
		if (last) {
			finish();
		}
		else if (this.closeWhenAnswered && isAnswered()) {
			sayFarewell();
		}
	}

	/** Everything received is answered, and this is the end. */
	private void sayFarewell() {
		if (this.farewell != null) {
			this.outbox.add(this.farewell);
			this.outbox.flush();
		}
		finish();
	}

	/** Ends the connection once everything written has left. */
	private void finish() {
		if (this.finishing) {
			return;
		}
		this.finishing = true;
		this.closed.set(true);
		this.deaf = true;
		this.delivery.drop();
		ScheduledFuture<?> limit = this.loop.schedule((Runnable) this.channel::close, LINGER.toNanos(),
				TimeUnit.NANOSECONDS);
		this.channel.closeFuture().addListener((done) -> limit.cancel(false));
		this.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((written) -> {
			if (!this.server || this.channel.isInputShutdown() || !written.isSuccess()) {
				this.channel.close();
			}
			else {
				// Closing with bytes unread would make the kernel throw away the last
				// answer on its way: the peer hangs up first, or has had time enough.
				Tls.shutdownOutput(this.channel);
			}
			over(null);
		});
	}

	/** The reader is about to hand over what it decodes. */
	void beginReading() {
		this.decoding = true;
	}

	/** The reader has handed over what it decoded. */
	void endReading() {
		this.decoding = false;
		this.lastActive = System.nanoTime();
		if (this.outbox.isUnflushed() || this.draining.get()) {
			drain();
		}
	}

	/** Whether everything that was received is answered, and the answers written. */
	boolean isAnswered() {
		return this.outbox.sent() >= this.received && !this.outbox.isUnflushed();
	}

	void received(Message message) {
		this.received++;
		this.delivery.message(message);
	}

	/**
	 * A message was refused.
	 * @param head its headers
	 * @param error why
	 * @param last whether the connection cannot be used afterwards
	 */
	void refused(Message head, MicroException error, boolean last) {
		this.received++;
		if (last) {
			this.deaf = true;
			this.closeWhenAnswered = true;
		}
		this.delivery.hand((receiver) -> receiver.onRefused(head, error));
		if (last && !this.server) {
			close();
		}
	}

	/**
	 * What came is no message: a server says so, once it has answered what came before,
	 * and hangs up.
	 * @param error what is wrong
	 */
	void reject(MicroException error) {
		this.deaf = true;
		if (this.server) {
			this.farewell = refusal(error);
			this.closeWhenAnswered = true;
			drain();
		}
		else {
			broken(new TransportException("connection to " + this.remote + ": " + error.detail(), false, error));
		}
	}

	/**
	 * What a server says to something that is no message.
	 * @param error what is wrong
	 * @return the last response of its connection
	 */
	static Message refusal(MicroException error) {
		Metadata headers = Metadata.of(Headers.CONTENT_TYPE, "application/json", "Connection", "close",
				Headers.HTTP_STATUS, Integer.toString(error.code()));
		return new Message(headers, error.toText().getBytes(StandardCharsets.UTF_8));
	}

	/** The peer sends no more; it may still wait for answers. */
	void halfClosed() {
		if (isAnswered()) {
			// The answers are on their way, and need not have left yet.
			finish();
			return;
		}
		this.closeWhenAnswered = true;
		this.delivery.hand(Receiver::onHalfClosed);
	}

	/** The connection is of no more use. */
	void broken(Throwable cause) {
		this.closed.set(true);
		over(cause);
		this.channel.close();
	}

	/**
	 * The connection has ended.
	 * @param cause what broke it, or null
	 */
	void over(@Nullable Throwable cause) {
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
			logger.error("The receiver of the connection with {} failed: closing", this.remote, failure);
		}
		broken(failure);
	}

	@Override
	public void receive(Receiver receiver) {
		this.delivery.receive(receiver);
	}

	/** How often reading has begun or gone on: tells one stretch of it from the next. */
	long resumed() {
		return this.delivery.resumed();
	}

	boolean isDeaf() {
		return this.deaf;
	}

	/** Whether the peer takes what waits for it, though slowly. */
	boolean isTaking() {
		return !this.outbox.isWritable() && this.outbox.hasLeft();
	}

	/** Nothing has happened for the idle time-out. */
	void idle() {
		if (!this.outbox.isWritable()) {
			broken(new TransportException(this.remote + " does not take what it is sent", false, null));
		}
		else {
			close();
		}
	}

	/**
	 * Whether silence is no idleness: an answer is awaited, or the receiver does not
	 * read.
	 */
	boolean isUnderWay() {
		boolean unanswered = this.server ? this.received > this.outbox.sent() : this.outbox.sent() > this.received;
		return !this.closeWhenAnswered && this.outbox.isWritable() && (unanswered || !this.delivery.isReading());
	}

	long lastActive() {
		return this.lastActive;
	}

	@Override
	public CompletableFuture<Void> finished() {
		return this.finished;
	}

	void writabilityChanged() {
		this.lastActive = System.nanoTime();
		updateCongestion();
		this.outbox.wake();
	}

	/**
	 * Who does not take its answers is not read either. Only on a server: when both ends
	 * did so they could wait for each other for ever.
	 */
	private void updateCongestion() {
		if (this.server) {
			this.delivery.congested(!this.outbox.isWritable());
		}
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
		return "http[" + this.local + " <-> " + this.remote + "]";
	}

	/**
	 * Refuses to send what is over the limit.
	 * @param body the message's body
	 * @param limit the limit in bytes
	 * @param remote whom it is for
	 * @throws MicroException 413
	 */
	static void checkSize(byte[] body, int limit, String remote) {
		if (body.length > limit) {
			throw MicroException.of(ID, 413,
					"a message of " + body.length + " bytes is not sent to " + remote + ": the limit is " + limit);
		}
	}

	static String text(@Nullable InetSocketAddress address) {
		return (address == null) ? "" : Address.join(address.getAddress().getHostAddress(), address.getPort());
	}

}
