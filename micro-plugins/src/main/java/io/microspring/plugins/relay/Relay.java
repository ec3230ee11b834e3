package io.microspring.plugins.relay;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Addresses;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;

/**
 * The connections and listeners of one transport whose connections go through a server in
 * between. Thread-safe.
 */
public final class Relay {

	/**
	 * After how long go-micro's clients are taken to have left, whoever has spoken last.
	 * They keep what they have for a minute by default to ask again, and who does so
	 * later is accepted anew; a stream that says nothing for so long ends.
	 */
	public static final Duration FORSAKEN = Duration.ofMinutes(15);

	/** How long go-micro's clients keep what they have by default to ask again. */
	private static final Duration KEPT = Duration.ofMinutes(1);

	/** What errors of these transports have as their id. */
	static final String ID = "go.micro.transport";

	private final String name;

	private final Object server;

	private final ExecutorService executor;

	private final RelayPeers peers = new RelayPeers();

	/** And what is to be told of their end. */
	private final Map<RelaySocket, Consumer<RelaySocket>> sockets = new ConcurrentHashMap<>();

	private final Set<RelayListener> listeners = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	/**
	 * No connections yet.
	 * @param name the transport's name
	 * @param server how the server in between is called in messages
	 * @param executor runs what blocks
	 */
	public Relay(String name, Object server, ExecutorService executor) {
		this.name = name;
		this.server = server;
		this.executor = executor;
	}

	String name() {
		return this.name;
	}

	/**
	 * Who is at the other ends.
	 * @return the processes that are watched over
	 */
	public RelayPeers peers() {
		return this.peers;
	}

	/**
	 * Dials, and connects to the server in between where that is needed. Nobody is told
	 * of it before there is something to say.
	 * @param address where to
	 * @param timeout how long it may take
	 * @param connected whether the server is connected to
	 * @param connect connects to it, and blocks
	 * @param open opens the socket
	 * @return the socket
	 */
	public CompletableFuture<Socket> dial(String address, Duration timeout, BooleanSupplier connected, Runnable connect,
			Supplier<Socket> open) {
		CompletableFuture<Socket> dialled = new CompletableFuture<>();
		if (connected.getAsBoolean()) {
			dialled.complete(open.get());
			return dialled;
		}
		Threads.Scheduled late = Threads.after(timeout,
				() -> dialled.completeExceptionally(new TransportException(
						"could not dial " + address + ": " + this.server + " did not answer within " + timeout, true,
						null)));
		execute(() -> {
			try {
				if (!dialled.isDone()) {
					connect.run();
				}
				if (!dialled.isDone()) {
					complete(dialled, open.get());
				}
			}
			catch (RuntimeException ex) {
				dialled.completeExceptionally(ex);
			}
			late.cancel();
		});
		return dialled;
	}

	/** Unless whoever dialled has stopped waiting meanwhile. */
	private static void complete(CompletableFuture<Socket> dialled, Socket opened) {
		if (!dialled.complete(opened)) {
			opened.close();
		}
	}

	/**
	 * A socket, which is closed with the transport.
	 * @param line how it reaches the other end
	 * @param whenClosed is told when it was closed by either side
	 * @return the socket
	 */
	public RelaySocket open(RelayLine line, Consumer<RelaySocket> whenClosed) {
		RelaySocket socket = new RelaySocket(line);
		this.sockets.put(socket, whenClosed);
		if (this.closed) {
			socket.close();
		}
		return socket;
	}

	/**
	 * To be called by a line that is told that its socket is closed.
	 * @param socket the socket
	 */
	public void forget(RelaySocket socket) {
		this.peers.remove(socket);
		Consumer<RelaySocket> whenClosed = this.sockets.remove(socket);
		if (whenClosed != null) {
			whenClosed.accept(socket);
		}
	}

	/**
	 * A listener, which is closed with the transport.
	 * @param address where
	 * @param onAccept is given what is accepted
	 * @param listening begins to listen, and blocks; gives back what ends it
	 * @return the listener
	 */
	public Listener listen(String address, Consumer<Socket> onAccept, Function<RelayListener, Runnable> listening) {
		RelayListener listener = new RelayListener(this, address, onAccept);
		listener.endedBy(listening.apply(listener));
		this.listeners.add(listener);
		return listener;
	}

	void forget(RelayListener listener) {
		this.listeners.remove(listener);
	}

	/**
	 * Ends all connections that there are, as what carried them is lost. Those that are
	 * made meanwhile have something else to carry them.
	 */
	public void lost() {
		List.copyOf(this.sockets.keySet())
			.forEach((socket) -> socket.broken(new TransportException(
					"connection to " + socket.remote() + " is lost: so is what " + this.server + " carried", false,
					null)));
	}

	/**
	 * Closes what go-micro's clients have left, as they do not say so: the connections
	 * that were accepted and on which nothing has come or gone for long. Where there are
	 * very many, who was answered is not waited for as long.
	 * @param idle for how long
	 */
	public void closeForsaken(Duration idle) {
		this.sockets.keySet().stream().filter((socket) -> socket.isForsaken(idle)).forEach(RelaySocket::close);
		this.listeners.forEach((listener) -> listener.makeRoom(KEPT));
	}

	/**
	 * Runs what blocks.
	 * @param task the task
	 */
	public void execute(Runnable task) {
		Threads.executeWhenFree(this.executor, task);
	}

	/**
	 * Whether connections are accepted.
	 * @return false while there is no listener
	 */
	public boolean isListening() {
		return !this.listeners.isEmpty();
	}

	/**
	 * Whether the transport is open.
	 * @return false once all that was listened to is about to end anyway
	 */
	public boolean isOpen() {
		return !this.closed;
	}

	/**
	 * Makes sure that the transport is open.
	 * @throws TransportException when it is closed
	 */
	public void requireOpen() {
		if (this.closed) {
			throw new TransportException("the " + this.name + " transport is closed", true, null);
		}
	}

	/**
	 * Makes sure that others dial what is listened to.
	 * @param address the address, which has no host and port in it
	 * @throws TransportException when another one would be announced
	 */
	public void requireAnnounced(String address) {
		if (!address.equals(Addresses.announced(address, ""))) {
			throw new TransportException(
					"'" + address + "' is no address for the " + this.name + " transport: it would be announced as "
							+ Addresses.announced(address, "") + ", where nobody listens",
					true, null);
		}
	}

	/**
	 * Closes the listeners and the sockets. What is still to be said to the other ends is
	 * with the lines afterwards.
	 * @return false when that has been done before
	 */
	public boolean close() {
		if (this.closed) {
			return false;
		}
		this.closed = true;
		this.listeners.forEach(RelayListener::close);
		this.sockets.keySet().forEach(RelaySocket::close);
		return true;
	}

	/**
	 * A message as it is sent.
	 * @throws MicroException 431 when it has more headers than any transport takes
	 */
	static Message spoken(Message message, String remote) {
		Message spoken = withoutPseudo(message);
		int headers = spoken.headers().size();
		if (headers > Headers.MOST) {
			throw MicroException.of(ID, 431, "a message with " + headers + " headers is not sent to " + remote
					+ ": the limit is " + Headers.MOST);
		}
		return spoken;
	}

	/** What begins with a colon is HTTP's, and in no message of go-micro's. */
	static Message withoutPseudo(Message message) {
		boolean[] found = new boolean[1];
		message.headers().forEach((name, value) -> found[0] |= name.startsWith(":"));
		if (!found[0]) {
			return message;
		}
		Metadata.Builder headers = Metadata.builder();
		message.headers().forEach((name, value) -> {
			if (!name.startsWith(":")) {
				headers.set(name, value);
			}
		});
		return new Message(headers.build(), message.body());
	}

}
