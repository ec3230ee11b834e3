package io.microspring.plugins.relay;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.microspring.concurrent.Threads;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An address where connections are accepted: each is told from the others by a key that
 * its messages have. While there are any, the address stays in use.
 */
public final class RelayListener implements Listener {

	/** How long something may still come from a connection that is closed. */
	private static final Duration STRAGGLERS = Duration.ofSeconds(10);

	/** From as many connections of strangers on, room is made for others. */
	static final int MANY_STRANGERS = 4096;

	/** More strangers are not accepted, who may be one that has a new name each time. */
	static final int MOST_STRANGERS = 16_384;

	private static final Logger log = LoggerFactory.getLogger(RelayListener.class);

	private final Relay relay;

	private final String address;

	private final Consumer<Socket> onAccept;

	private final Map<String, RelaySocket> sockets = new ConcurrentHashMap<>();

	/** Those of them whose peers nobody misses when they have died. */
	private final Set<RelaySocket> strangers = ConcurrentHashMap.newKeySet();

	/** Ours do not come back, as go-micro's may: what comes from them was on its way. */
	private final Set<String> gone = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean silent = new AtomicBoolean();

	private volatile @Nullable Runnable listening;

	/** Whether it was said that strangers are refused. */
	private volatile boolean crowded;

	private volatile boolean closed;

	RelayListener(Relay relay, String address, Consumer<Socket> onAccept) {
		this.relay = relay;
		this.address = address;
		this.onAccept = onAccept;
	}

	/**
	 * Remembers what ends the listening to the address.
	 * @param end ends it; may block
	 */
	public void endedBy(Runnable end) {
		this.listening = end;
	}

	/**
	 * Has something reach the connection that it came on. Called by one thread at a time.
	 * @param key what the connection is told by
	 * @param caller opens a connection that is not known; null where none begins so
	 * @param arrival hands it to the connection
	 */
	public void hear(String key, @Nullable Caller caller, Consumer<RelaySocket> arrival) {
		RelaySocket socket = this.sockets.get(key);
		if (socket != null) {
			arrival.accept(socket);
		}
		else if (caller != null && !this.gone.contains(key)) {
			if (this.closed || isCrowded(caller)) {
				caller.refuse();
			}
			else {
				accept(key, caller, arrival);
			}
		}
	}

	private boolean isCrowded(Caller caller) {
		if (caller.isOurs() || this.strangers.size() < MOST_STRANGERS) {
			return false;
		}
		if (!this.crowded) {
			this.crowded = true;
			log.warn("Connections are refused on {}: there are {} of clients that do not say when they leave",
					this.address, MOST_STRANGERS);
		}
		return true;
	}

	/**
	 * Closes what is likely to have been left, when there is much of it.
	 * @param kept how long a client that was answered may keep the connection to ask
	 * again
	 */
	void makeRoom(Duration kept) {
		if (this.strangers.size() < MANY_STRANGERS) {
			this.crowded = false;
			return;
		}
		this.strangers.stream()
			.filter((socket) -> socket.isAnswered() && socket.isForsaken(kept))
			.forEach(RelaySocket::close);
	}

	private void accept(String key, Caller caller, Consumer<RelaySocket> first) {
		RelaySocket socket = caller.open((closing) -> forget(key, closing));
		this.sockets.put(key, socket);
		if (!socket.isOpen()) {
			// It has ended before it could be forgotten.
			forget(key, socket);
			return;
		}
		first.accept(socket);
		if (!socket.isOurs()) {
			this.strangers.add(socket);
			if (!socket.isOpen()) {
				// So has this one.
				this.strangers.remove(socket);
			}
		}
		try {
			this.onAccept.accept(socket);
		}
		catch (RuntimeException | Error ex) {
			log.error("The connection from {} was not accepted: closing", socket.remote(), ex);
			socket.close();
		}
	}

	private void forget(String key, RelaySocket socket) {
		if (socket.isOurs()) {
			this.gone.add(key);
			Threads.after(STRAGGLERS, () -> this.gone.remove(key));
		}
		this.sockets.remove(key, socket);
		this.strangers.remove(socket);
		if (this.closed && this.sockets.isEmpty() && this.relay.isOpen()) {
			this.relay.execute(this::fallSilent);
		}
	}

	private void fallSilent() {
		Runnable end = this.listening;
		if (end != null && this.silent.compareAndSet(false, true)) {
			end.run();
		}
	}

	@Override
	public String address() {
		return this.address;
	}

	@Override
	public void close() {
		this.closed = true;
		this.relay.forget(this);
		if (this.sockets.isEmpty()) {
			fallSilent();
		}
	}

	@Override
	public String toString() {
		return this.relay.name() + " listener on " + this.address;
	}

	/** Who comes with a connection that is not known. */
	public interface Caller {

		/**
		 * Opens it.
		 * @param whenClosed is to be told when it was closed by either side
		 * @return the socket
		 */
		RelaySocket open(Consumer<RelaySocket> whenClosed);

		/**
		 * Whether the caller says to be one of ours.
		 * @return false for one that may be go-micro's
		 */
		boolean isOurs();

		/**
		 * Tells the caller that it is not accepted.
		 */
		void refuse();

	}

}
