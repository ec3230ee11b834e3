package io.microspring.transport;

import java.util.ArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Watches over the time-outs of a multiplexed connection and its streams: closes what is
 * idle, asks a silent peer that owes something, and gives up who does not answer or take
 * anything. Belongs to the event loop.
 */
final class MuxWatch {

	/**
	 * After so long a silence a peer that owes something is asked whether it is there.
	 */
	private static final long PING_AFTER = TimeUnit.SECONDS.toNanos(10);

	/** A peer that is heard of less often may have gone when a call is given up. */
	private static final long SILENCE = TimeUnit.MILLISECONDS.toNanos(100);

	private final MuxSession session;

	private final MuxOutbox outbox;

	private final long idle;

	private long lastHeard = System.nanoTime();

	private long lastWritten = System.nanoTime();

	/** When the peer is last known to have taken something, or had nothing to take. */
	private long lastTaken = System.nanoTime();

	/**
	 * Whether the peer was silent when a call was given up, and has not been heard of
	 * since; written by the event loop.
	 */
	private volatile boolean silent;

	MuxWatch(MuxSession session, MuxOutbox outbox) {
		this.session = session;
		this.outbox = outbox;
		this.idle = session.options.idleTimeout().toNanos();
	}

	void heard() {
		this.lastHeard = System.nanoTime();
		if (this.silent) {
			this.silent = false;
		}
	}

	/** A call was given up: a peer that is there says so. */
	void gaveUp() {
		boolean listening = this.session.channel.config().isAutoRead();
		if (!this.silent && listening && System.nanoTime() - this.lastHeard >= SILENCE) {
			this.silent = true;
			this.session.writeEmpty(MuxFrame.PING, 0);
		}
	}

	/** Whether the peer is not known to be there; from any thread. */
	boolean isSilent() {
		return this.silent;
	}

	void written() {
		this.lastWritten = System.nanoTime();
	}

	/** How long until the next {@link #tick()}. */
	long tickNanos() {
		return Math.max(1, Math.min(PING_AFTER, this.idle / 4));
	}

	/** Looks after the connection; called now and then. */
	void tick() {
		long now = System.nanoTime();
		long patience = 4 * tickNanos();
		boolean underWay = this.session.calls() > 0 || !this.session.streams.isEmpty();
		if (this.outbox.hasLeft()) {
			this.lastTaken = now;
		}
		if (!this.session.channel.isWritable()) {
			if (now - Math.max(this.lastTaken, this.lastHeard) >= (underWay ? patience : this.idle)) {
				broken(" does not take what it is sent");
			}
			return;
		}
		if (!this.session.channel.config().isAutoRead()) {
			// It is we who do not listen: the peer is to hear of us meanwhile.
			this.lastHeard = now;
			this.session.writeEmpty(MuxFrame.PONG, 0);
			for (MuxStream stream : this.session.streams.values()) {
				stream.unheard(now);
			}
			giveCredit();
			return;
		}
		if (underWay && now - this.lastHeard >= patience) {
			broken(" does not answer");
			return;
		}
		if (underWay && now - this.lastHeard >= tickNanos()) {
			this.session.writeEmpty(MuxFrame.PING, 0);
		}
		else if (!underWay && now - Math.max(this.lastWritten, this.lastHeard) >= this.idle) {
			this.session.drain();
		}
		for (MuxStream stream : new ArrayList<>(this.session.streams.values())) {
			stream.checkTaken(now, this.idle);
		}
		giveCredit();
	}

	/** The senders of slow receivers see that these go on. */
	private void giveCredit() {
		for (MuxStream stream : this.session.streams.values()) {
			stream.giveLittle();
		}
		this.session.flush();
	}

	private void broken(String reason) {
		this.session.broken(new TransportException(this.session.remote() + reason, false, null));
	}

}
