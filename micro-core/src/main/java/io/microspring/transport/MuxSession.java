package io.microspring.transport;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both ends of a multiplexed connection have in common: what waits to be written,
 * the streams, and the end. Everything that is written while bytes are read, or that
 * other threads bring meanwhile, leaves in one flush.
 * <p>
 * Fields without a note belong to the event loop.
 */
abstract class MuxSession {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	/** How many bytes may wait to leave while more calls begin. */
	static final long MOST_UNSENT = 64 * 1024 * 1024;

	/** What a frame is likely to take beside its body. */
	private static final int ROOM = 256;

	final SocketChannel channel;

	final EventLoop loop;

	final HttpOptions options;

	final IntObjectMap<MuxStream> streams = new IntObjectHashMap<>();

	private final String local;

	private final String remote;

	private final MuxOutbox outbox;

	private final MuxWatch watch;

	final MuxInbound inbound;

	private @Nullable MuxReader reader;

	private final CompletableFuture<Void> finished = new CompletableFuture<>();

	/** Written by the event loop. */
	private volatile boolean over;

	/** Whether nothing more may begin; written by the event loop. */
	volatile boolean leaving;

	private boolean finishing;

	/** Whether the peer was told that nothing more may begin. */
	private boolean saidGoodbye;

	/** Whether the connection ends as soon as nothing is under way. */
	private boolean draining;

	MuxSession(SocketChannel channel, HttpOptions options) {
		this.channel = channel;
		this.loop = channel.eventLoop();
		this.options = options;
		this.outbox = new MuxOutbox(this);
		this.watch = new MuxWatch(this, this.outbox);
		this.inbound = new MuxInbound(this);
		this.local = HttpSocket.text(channel.localAddress());
		this.remote = HttpSocket.text(channel.remoteAddress());
	}

	/**
	 * A frame has arrived whose meaning depends on the end.
	 * @param type its type
	 * @param id its number
	 * @param in the rest
	 */
	abstract void frame(int type, int id, ByteBuf in);

	/**
	 * A frame is over the limit.
	 * @param type its type
	 * @param id its number
	 * @param error what to say
	 */
	abstract void tooLarge(int type, int id, MicroException error);

	/** How many calls are under way, streams apart. */
	abstract int calls();

	/** A stream is over. */
	void count() {
	}

	/** Nothing more will arrive. */
	abstract void ended(@Nullable Throwable cause);

	/** What has no answer has not been looked at. */
	abstract void farewell();

	// outgoing

	/** Has something written, together with others; from any thread. */
	final void submit(MuxOutgoing outgoing) {
		this.outbox.submit(outgoing);
	}

	final void flushLater() {
		this.outbox.flushLater();
	}

	final ByteBuf out() {
		return out(0);
	}

	/** Where the next frame goes, which has a body of so many bytes. */
	final ByteBuf out(int body) {
		return this.outbox.out(ROOM + body);
	}

	final void flush() {
		if (this.outbox.flush()) {
			this.watch.written();
		}
		settle();
	}

	final void writeEmpty(int type, int id) {
		MuxFrame.writeEmpty(out(), type, id);
	}

	final void writeCredit(int id, int credit) {
		ByteBuf out = out();
		int start = MuxFrame.begin(out, MuxFrame.CREDIT, id);
		MuxFrame.writeNumber(out, credit);
		MuxFrame.end(out, start);
	}

	final void writeBody(int type, int id, byte[] body) {
		ByteBuf out = out(body.length);
		int start = MuxFrame.begin(out, type, id);
		out.writeBytes(body);
		MuxFrame.end(out, start);
	}

	final void writeHeaders(int type, int id, Metadata headers) {
		ByteBuf out = out();
		int start = MuxFrame.begin(out, type, id);
		MuxFrame.writeHeaders(out, headers);
		MuxFrame.end(out, start);
	}

	// incoming

	final void readBy(MuxReader installed) {
		this.reader = installed;
	}

	/** Whether the next frame may be read. */
	boolean mayRead() {
		return true;
	}

	/** Stops or resumes reading. */
	final void read(boolean wanted) {
		if (this.channel.config().isAutoRead() != wanted) {
			this.channel.config().setAutoRead(wanted);
			if (wanted && this.reader != null) {
				this.reader.resume();
			}
		}
	}

	final void beginReading() {
		if (this.outbox.beginReading()) {
			this.watch.heard();
		}
	}

	final void endReading() {
		this.outbox.endReading();
		flush();
	}

	final void received(int type, int id, ByteBuf in) {
		switch (type) {
			case MuxFrame.MESSAGE, MuxFrame.END -> {
				MuxStream stream = this.streams.get(id);
				if (stream != null) {
					stream.received(type, in);
				}
			}
			case MuxFrame.HEADERS -> headers(id, in);
			case MuxFrame.CREDIT -> {
				MuxStream stream = this.streams.get(id);
				int credit = MuxFrame.readInt(in);
				if (stream != null) {
					stream.credited(credit);
				}
			}
			case MuxFrame.PING -> writeEmpty(MuxFrame.PONG, 0);
			case MuxFrame.PONG -> {
				// that it came is enough
			}
			case MuxFrame.GOODBYE -> this.leaving = true;
			case MuxFrame.FAREWELL -> {
				this.leaving = true;
				farewell();
				finish(null, false);
			}
			default -> frame(type, id, in);
		}
	}

	/** The headers of a stream have arrived from the answering side. */
	void headers(int id, ByteBuf in) {
		MuxStream stream = this.streams.get(id);
		if (stream != null) {
			stream.received(MuxFrame.HEADERS, in);
		}
	}

	/** What came is not understood. */
	final void violated(String reason) {
		logger.debug("Closing the connection with {}: {}", this.remote, reason);
		broken(new TransportException("connection with " + this.remote + ": " + reason, false, null));
	}

	// the end

	/** Ends the connection when that is asked for and nothing is under way. */
	final void settle() {
		if (this.draining && !this.finishing && calls() == 0 && this.streams.isEmpty() && this.outbox.isEmpty()) {
			finish(MuxFrame.FAREWELL, true);
		}
	}

	public void drain() {
		execute(() -> {
			this.leaving = true;
			this.draining = true;
			sayGoodbye();
			flush();
		});
	}

	/** Has the peer begin nothing more here. */
	final void goAway() {
		execute(() -> {
			sayGoodbye();
			flush();
		});
	}

	private void sayGoodbye() {
		if (!this.saidGoodbye && !this.over && !this.finishing) {
			this.saidGoodbye = true;
			writeEmpty(MuxFrame.GOODBYE, 0);
		}
	}

	public void close() {
		execute(() -> {
			this.leaving = true;
			this.outbox.writeQueued();
			boolean answered = calls() == 0 && this.streams.isEmpty();
			finish(answered ? MuxFrame.FAREWELL : null, true);
		});
	}

	private void execute(Runnable action) {
		if (this.loop.inEventLoop()) {
			action.run();
			return;
		}
		try {
			this.loop.execute(action);
		}
		catch (RejectedExecutionException ignored) {
			// the event loop is gone, and with it the connection
		}
	}

	/**
	 * Ends the connection once everything written has left, and the peer has hung up or
	 * had time enough: closing with bytes unread would lose the last answers.
	 * @param last the frame that is sent last, or null
	 * @param lingering whether to wait for the peer
	 */
	private void finish(@Nullable Integer last, boolean lingering) {
		if (this.finishing || this.over) {
			return;
		}
		if (last != null) {
			writeEmpty(last, 0);
		}
		ByteBuf rest = this.outbox.takeRest();
		this.finishing = true;
		this.leaving = true;
		this.channel.config().setAutoRead(true);
		ScheduledFuture<?> limit = this.loop.schedule((Runnable) this.channel::close, HttpSocket.LINGER.toNanos(),
				TimeUnit.NANOSECONDS);
		this.channel.closeFuture().addListener((done) -> limit.cancel(false));
		this.channel.writeAndFlush((rest != null) ? rest : Unpooled.EMPTY_BUFFER).addListener((written) -> {
			if (!lingering || this.channel.isInputShutdown() || !written.isSuccess()) {
				this.channel.close();
			}
			else {
				Tls.shutdownOutput(this.channel);
			}
			over(null);
		});
	}

	/** The connection is of no more use. */
	final void broken(@Nullable Throwable cause) {
		over(cause);
		this.channel.close();
	}

	/** The connection has ended. */
	final void over(@Nullable Throwable cause) {
		if (this.over) {
			return;
		}
		this.over = true;
		this.leaving = true;
		ByteBuf rest = this.outbox.takeRest();
		if (rest != null) {
			rest.release();
		}
		for (MuxStream stream : new ArrayList<>(this.streams.values())) {
			stream.broken(cause);
		}
		ended(cause);
		this.outbox.writeQueued();
		this.finished.complete(null);
	}

	final boolean isFinishing() {
		return this.finishing || this.over;
	}

	final CompletableFuture<Void> finished() {
		return this.finished;
	}

	// time-outs and back-pressure

	/** How long until the next {@link #tick()}. */
	final long tickNanos() {
		return this.watch.tickNanos();
	}

	/** Looks after the time-outs of the connection and its streams now and then. */
	final void tick() {
		if (!isFinishing()) {
			this.watch.tick();
		}
	}

	/** The peer was not waited for any longer. */
	final void gaveUp() {
		this.watch.gaveUp();
	}

	final void writabilityChanged() {
		if (this.channel.isWritable()) {
			for (MuxStream stream : new ArrayList<>(this.streams.values())) {
				stream.pump();
				stream.wake();
			}
			this.outbox.flushLater();
		}
		congested(!this.channel.isWritable());
	}

	/** Whether too much waits to be sent has changed. */
	void congested(boolean congested) {
	}

	// any thread

	/** Whether so much has not left that nothing more is to be added. */
	final boolean isFull() {
		return this.channel.bytesBeforeWritable() > MOST_UNSENT;
	}

	/** Whether a call was given up that a silent peer owed, which is silent still. */
	final boolean isSilent() {
		return this.watch.isSilent();
	}

	public boolean isOpen() {
		return !this.leaving && this.channel.isActive();
	}

	final boolean isOver() {
		return this.over;
	}

	public String local() {
		return this.local;
	}

	public String remote() {
		return this.remote;
	}

	@Override
	public String toString() {
		return "mux[" + this.local + " <-> " + this.remote + "]";
	}

}
