package io.microspring.transport;

import java.net.BindException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections inside the process: no socket, no thread, no event loop. A message is
 * handed over as it is, on the thread that sends it (protocol reference §2).
 * <p>
 * The addresses are those of the process. They look like {@code host:port}, and all names
 * of this host are one.
 */
final class MemoryTransport implements Transport {

	private static final Logger logger = LoggerFactory.getLogger(MemoryTransport.class);

	private static final String HERE = "127.0.0.1";

	private static final Set<String> NAMES_OF_HERE = Set.of("", "localhost", "0.0.0.0", "::", "::1");

	/** The ports that go-micro's memory transport picks from. */
	private static final int FIRST_PORT = 10_000;

	private static final int LAST_PORT = 29_999;

	private static final Map<String, MemoryListener> LISTENERS = new ConcurrentHashMap<>();

	/** Numbers the dialling ends. */
	private static final AtomicInteger DIALLED = new AtomicInteger();

	private final Set<AutoCloseable> opened = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	@Override
	public String name() {
		return "memory";
	}

	@Override
	public CompletableFuture<Socket> dial(String address, Duration timeout) {
		return dial(address, false);
	}

	private CompletableFuture<Socket> dial(String address, boolean call) {
		try {
			checkOpen();
			Address target = Address.parse(address);
			MemoryListener listener = LISTENERS.get(key(target.host(), target.port()));
			if (listener == null) {
				throw new TransportException("could not dial " + address + ": nobody listens there", true, null);
			}
			return CompletableFuture.completedFuture(connect(listener, call));
		}
		catch (TransportException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** A connection is cheap here: each call has its own. */
	@Override
	public CompletableFuture<Socket> openStream(String address, Duration timeout) {
		return dial(address, true);
	}

	private MemorySocket connect(MemoryListener listener, boolean call) {
		MemorySocket ours = MemorySocket.pair("memory:" + DIALLED.incrementAndGet(), listener.address());
		if (call) {
			ours.carryOneCall();
		}
		track(ours);
		listener.accept(ours.peer());
		return ours;
	}

	private void track(MemorySocket socket) {
		this.opened.add(socket);
		socket.whenClosed(() -> this.opened.remove(socket));
		if (this.closed) {
			socket.close();
		}
	}

	@Override
	public Listener listen(String address, Consumer<Socket> onAccept) {
		checkOpen();
		Address wanted = Address.parse(address);
		MemoryListener listener = (wanted.port() == 0) ? bindAny(wanted, onAccept) : bindFirst(wanted, onAccept);
		if (listener == null) {
			String taken = "already listening on " + address;
			throw new TransportException(taken, true, new BindException(taken));
		}
		this.opened.add(listener);
		return listener;
	}

	private @Nullable MemoryListener bindAny(Address wanted, Consumer<Socket> onAccept) {
		int count = LAST_PORT - FIRST_PORT + 1;
		int start = ThreadLocalRandom.current().nextInt(count);
		for (int i = 0; i < count; i++) {
			MemoryListener listener = bind(key(wanted.host(), FIRST_PORT + (start + i) % count), onAccept);
			if (listener != null) {
				return listener;
			}
		}
		return null;
	}

	private @Nullable MemoryListener bindFirst(Address wanted, Consumer<Socket> onAccept) {
		for (int port = wanted.port(); port <= wanted.lastPort(); port++) {
			MemoryListener listener = bind(key(wanted.host(), port), onAccept);
			if (listener != null) {
				return listener;
			}
		}
		return null;
	}

	private @Nullable MemoryListener bind(String address, Consumer<Socket> onAccept) {
		MemoryListener listener = new MemoryListener(address, onAccept);
		return (LISTENERS.putIfAbsent(address, listener) == null) ? listener : null;
	}

	private static String key(String host, int port) {
		return Address.join(NAMES_OF_HERE.contains(host) ? HERE : host, port);
	}

	private void checkOpen() {
		if (this.closed) {
			throw new TransportException("the memory transport is closed", true, null);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		for (AutoCloseable one : this.opened) {
			if (one instanceof MemoryListener listener) {
				listener.close();
			}
			else if (one instanceof MemorySocket socket) {
				socket.close();
			}
		}
	}

	/** A name that can be dialled. */
	private final class MemoryListener implements Listener {

		private final String address;

		private final Consumer<Socket> onAccept;

		MemoryListener(String address, Consumer<Socket> onAccept) {
			this.address = address;
			this.onAccept = onAccept;
		}

		void accept(MemorySocket socket) {
			track(socket);
			try {
				this.onAccept.accept(socket);
			}
			catch (RuntimeException | Error ex) {
				logger.error("The connection from {} was not accepted: closing", socket.remote(), ex);
				socket.close();
			}
		}

		@Override
		public String address() {
			return this.address;
		}

		@Override
		public void close() {
			LISTENERS.remove(this.address, this);
			MemoryTransport.this.opened.remove(this);
		}

		@Override
		public String toString() {
			return "memory listener on " + this.address;
		}

	}

}
