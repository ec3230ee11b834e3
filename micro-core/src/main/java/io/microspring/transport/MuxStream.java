package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of a multiplexed connection: a socket that carries a single call. Who sends
 * needs credit, which the receiver gives as it takes what was sent.
 * <p>
 * Fields without a note belong to the event loop.
 */
final class MuxStream implements Socket {

	/** What such a call is spoken in. */
	static final String PROTOCOL = "mux";

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	private static final Metadata END = Metadata.of(Headers.END, "");

	private final MuxSession session;

	private final boolean server;

	private final MuxPending pending = new MuxPending(this);

	private final WriteSignal room = new WriteSignal();

	private final MuxHeld held;

	private final MuxDelivery delivery = new MuxDelivery(this);

	private int id;

	/** Whether no frame of the stream is sent or received any more. */
	private boolean over;

	/** Whether the peer has sent its last message. */
	private boolean remoteEnded;

	/** From any thread: whether nothing can be sent any more. */
	private volatile boolean closed;

	/** From any thread: whether the last message is on its way. */
	private volatile boolean ending;

	/**
	 * A stream.
	 * @param session its connection
	 * @param id its number; zero when it is still to be opened by its first message
	 */
	MuxStream(MuxSession session, int id) {
		this.session = session;
		this.id = id;
		this.server = id != 0;
		this.held = new MuxHeld(this, session, this.server);
	}

	// sending

	@Override
	public void send(Message message) {
		HttpSocket.checkSize(message.body(), this.session.options.maxMessageSize(), remote());
		Metadata headers = message.headers();
		if (!headers.isEmpty() && !headers.contains(Headers.ERROR)) {
			MuxFrame.checkHeaders(headers, this.session.options.maxHeaderSize(), remote());
		}
		if (this.closed || this.session.isOver()) {
			throw new TransportException("the stream with " + remote() + " is closed", true, null);
		}
		if (!headers.isEmpty() && headers.contains(Headers.END)) {
			this.ending = true;
		}
		if (this.pending.add(message)) {
			this.session.submit(this.pending);
		}
	}

	/** Writes what waits, as far as it may. */
	void pump() {
		this.pending.pump();
	}

	/** Lets those look again who wait for room. */
	void wake() {
		this.room.wake();
	}

	boolean mayWrite() {
		return this.session.channel.isWritable();
	}

	/**
	 * Opening costs no credit; and only what is open is told how its connection fares.
	 */
	boolean isUnopened() {
		return this.id == 0;
	}

	boolean isOver() {
		return this.over;
	}

	boolean isRemoteEnded() {
		return this.remoteEnded;
	}

	int id() {
		return this.id;
	}

	void write(Message message) {
		Metadata headers = message.headers();
		if (this.id == 0) {
			open(headers);
		}
		else if (headers.isEmpty()) {
			writeMessage(message);
		}
		else if (headers.contains(Headers.END)) {
			writeEnd(message);
		}
		else if (this.server && headers.contains(Headers.HTTP_STATUS)) {
			if (headers.size() > 1) {
				this.session.writeHeaders(MuxFrame.HEADERS, this.id, headers.without(Headers.HTTP_STATUS));
			}
		}
		else if (headers.contains(Headers.ERROR)) {
			writeFailure(headers.getOrDefault(Headers.ERROR, ""));
		}
		else {
			writeMessage(message);
		}
	}

	private void writeMessage(Message message) {
		this.pending.spend(message);
		this.session.writeBody(MuxFrame.MESSAGE, this.id, message.body());
	}

	private void open(Metadata headers) {
		this.id = ((MuxClient) this.session).begin(this);
		if (this.id == 0) {
			end(new TransportException("the connection to " + remote() + " takes no more streams", true, null));
			return;
		}
		this.session.writeHeaders(MuxFrame.OPEN, this.id, headers.without(Headers.CALL_PROTOCOL));
	}

	private void writeEnd(Message message) {
		if (message.headers().contains(Headers.ERROR)) {
			writeFailure(message.headers().getOrDefault(Headers.ERROR, ""));
		}
		else {
			this.session.writeEmpty(MuxFrame.END, this.id);
		}
		if (this.server) {
			// The answering side ends a stream as a whole.
			leave();
			finish(null);
		}
	}

	private void writeFailure(String text) {
		this.session.writeBody(MuxFrame.FAILURE, this.id, text.getBytes(StandardCharsets.UTF_8));
	}

	/** The peer takes more. */
	void credited(int more) {
		this.pending.credited(more);
	}

	static int cost(Message message) {
		return message.body().length + MuxFrame.COST;
	}

	@Override
	public boolean isWritable() {
		return isOpen() && this.pending.hasRoom() && this.session.channel.isWritable();
	}

	@Override
	public boolean awaitWritable(Duration timeout) throws InterruptedException {
		if (isWritable() || this.session.loop.inEventLoop()) {
			return isWritable();
		}
		return this.room.await(timeout, this::isOpen, this::isWritable);
	}

	// receiving

	/**
	 * Has the call begin that a caller has opened.
	 * @param headers its headers
	 */
	void opened(Metadata headers) {
		this.delivery.hand(Message.of(headers.toBuilder().set(Headers.CALL_PROTOCOL, PROTOCOL).build()));
	}

	void received(int type, ByteBuf in) {
		if (this.over || this.remoteEnded) {
			return;
		}
		switch (type) {
			case MuxFrame.MESSAGE -> {
				if (!this.held.mayCome()) {
					throw new MuxException("a message without credit");
				}
				if (in.readableBytes() > this.session.options.maxMessageSize()) {
					refused(MuxReader.tooLarge(in.readableBytes(), this.session.options));
					return;
				}
				Message message = new Message(Metadata.empty(), MuxFrame.readRest(in));
				this.delivery.later(message);
				this.held.came(cost(message));
			}
			case MuxFrame.HEADERS -> {
				Metadata headers = MuxFrame.readHeaders(in, this.session.options.maxHeaderSize());
				this.delivery.head(Message.of(headers.toBuilder().set(Headers.HTTP_STATUS, "200").build()));
			}
			case MuxFrame.END -> ended(Message.of(END));
			default -> throw new MuxException("frame " + type + " on a stream");
		}
	}

	/** The peer says that something went wrong there. */
	void failed(byte[] text) {
		if (this.over || this.remoteEnded) {
			return;
		}
		String error = new String(text, StandardCharsets.UTF_8);
		Metadata.Builder headers = Metadata.builder().set(Headers.ERROR, error);
		ended(Message.of((this.server ? headers : headers.set(Headers.END, "")).build()));
	}

	private void ended(Message last) {
		this.remoteEnded = true;
		this.delivery.hand(last);
		if (!this.server) {
			leave();
			finish(null);
		}
	}

	/**
	 * A message is over the limit: it has been dropped, and so is what comes after it.
	 */
	void refused(MicroException error) {
		if (!this.over && !this.remoteEnded) {
			this.remoteEnded = true;
			this.delivery.hand(error);
		}
	}

	private void finish(@Nullable Throwable cause) {
		this.closed = true;
		this.delivery.end(cause);
	}

	/** Has held messages handed over when what was read has been looked at. */
	void releaseLater(MuxDelivery due) {
		this.session.inbound.releaseLater(due);
	}

	@Override
	public void taken(int messages, long bytes) {
		this.held.taken(bytes + (long) messages * MuxFrame.COST);
	}

	/** The receiver was handed messages. */
	void handed(int messages, long bytes) {
		this.held.handed(bytes + (long) messages * MuxFrame.COST);
	}

	/** Counts what is held here. */
	long held() {
		return this.held.settle();
	}

	/** Gives the stream up when the peer has taken nothing for long. */
	void checkTaken(long now, long nanos) {
		if (this.pending.hasStalled(now, nanos)) {
			giveUp(MicroException.timeout(HttpSocket.ID, remote() + " does not take what it is sent on a stream"));
		}
	}

	/** We do not listen to what the peer says. */
	void unheard(long now) {
		this.pending.unheard(now);
	}

	/** Gives the peer a little credit when its receiver is slow. */
	void giveLittle() {
		this.held.giveLittle();
	}

	/** Ends the stream for a reason that both ends are told. */
	void giveUp(MicroException error) {
		if (!this.over) {
			writeFailure(error.toText());
			if (!this.server) {
				this.session.writeEmpty(MuxFrame.CANCEL, this.id);
			}
			this.session.flushLater();
			end(new TransportException("the stream with " + remote() + ": " + error.detail(), false, error));
			// That is the room which is made.
			this.held.forget();
		}
	}

	void receiverFailed(Throwable failure) {
		logger.error("The receiver of a stream with {} failed: closing", remote(), failure);
		cancel(failure);
	}

	@Override
	public void receive(Receiver installed) {
		run(() -> this.delivery.receive(installed));
	}

	@Override
	public void reading(boolean wanted) {
		if (this.delivery.reading(wanted)) {
			run(this.delivery::release);
		}
	}

	private void run(Runnable action) {
		if (this.session.loop.inEventLoop()) {
			action.run();
			return;
		}
		try {
			this.session.loop.execute(action);
		}
		catch (RejectedExecutionException ignored) {
			// the event loop is gone, and the end was told before
		}
	}

	// the end

	/** The connection has ended, or the peer has given the call up. */
	void broken(@Nullable Throwable cause) {
		String detail = "the call with " + remote() + " broke off";
		end(new TransportException((cause == null) ? detail : detail + ": " + cause.getMessage(), false, cause));
	}

	private void end(@Nullable Throwable cause) {
		if (!this.over) {
			leave();
			this.delivery.drop();
			finish(cause);
		}
	}

	private void leave() {
		this.over = true;
		this.closed = true;
		this.session.streams.remove(this.id, this);
		this.session.count();
		this.held.end();
		this.pending.clear();
		this.room.wake();
	}

	private void cancel(@Nullable Throwable cause) {
		if (!this.over) {
			if (this.id != 0) {
				this.session.writeEmpty(MuxFrame.CANCEL, this.id);
				this.session.flushLater();
			}
			end(cause);
		}
	}

	@Override
	public void close() {
		if (this.server && this.ending) {
			// It ends when its last message has gone.
			return;
		}
		this.closed = true;
		this.session.submit(new Cancelling(this));
	}

	@Override
	public boolean isOpen() {
		return !this.closed && !this.session.isOver();
	}

	@Override
	public String local() {
		return this.session.local();
	}

	@Override
	public String remote() {
		return this.session.remote();
	}

	@Override
	public String toString() {
		return "stream " + this.id + " of " + this.session;
	}

	void dropped(@Nullable Throwable cause) {
		run(() -> broken(cause));
	}

	private static final class Cancelling extends MuxOutgoing {

		private final MuxStream stream;

		Cancelling(MuxStream stream) {
			this.stream = stream;
		}

		@Override
		void write(MuxSession session) {
			// Another thread may be about to submit what was sent before.
			this.stream.pending.write(session);
			this.stream.cancel(null);
		}

		@Override
		void dropped(@Nullable Throwable cause) {
			this.stream.dropped(cause);
		}

	}

}
