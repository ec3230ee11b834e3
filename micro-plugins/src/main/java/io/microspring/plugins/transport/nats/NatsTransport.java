package io.microspring.plugins.transport.nats;

import java.net.BindException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import io.microspring.broker.Envelope;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.nats.NatsLink;
import io.microspring.plugins.nats.NatsListening;
import io.microspring.transport.Addresses;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import io.nats.client.Connection;
import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Calls through NATS: a server listens to a subject, which is its address, and a
 * connection is whatever is to be answered to one subject (protocol reference §2). A
 * message is go-micro's JSON, so that its clients and servers take part; between two ends
 * of ours a slow reader holds back its peer, and either hears when the other closes or is
 * gone.
 * <p>
 * NATS is connected to when it is first needed. When the connection is lost, so are all
 * that go through it; listeners come back with it. Thread-safe. go-micro:
 * {@code transport/nats}.
 */
public final class NatsTransport implements Transport {

	private static final String ID = "go.micro.transport";

	/** How often to look whether peers are still there. */
	private static final Duration LOOK = Duration.ofSeconds(5);

	/** More than that does not wait to be sent without anybody being told. */
	private static final long FREE = 8 * 1024 * 1024;

	private static final NatsListening.Limits LIMITS = NatsListening.Limits.DEFAULT;

	private static final Pattern SUBJECT = Pattern.compile("[^\\s.*>]+(\\.[^\\s.*>]+)*");

	private final NatsTransportOptions options;

	private final NatsLink link;

	private final NatsInbox inbox;

	private final Wire wire = new Wire();

	private final NatsPeers peers;

	private final AtomicLong count = new AtomicLong();

	private final Set<NatsSocket> sockets = ConcurrentHashMap.newKeySet();

	private final Set<NatsListener> listeners = ConcurrentHashMap.newKeySet();

	private final Threads.Scheduled look;

	private volatile boolean closed;

	/**
	 * A transport; nothing is connected to yet.
	 * @param options where NATS is, and the limits
	 * @throws IllegalArgumentException when a file of TLS or credentials cannot be read
	 */
	public NatsTransport(NatsTransportOptions options) {
		this.options = options;
		this.link = new NatsLink(options.servers(), "transport",
				(message, cause) -> new TransportException(message, true, cause));
		this.inbox = new NatsInbox(this.link.inbox());
		this.peers = new NatsPeers(this.wire, this.inbox);
		this.link.listen(this.inbox.all(), this.inbox::hear);
		this.link.whenMessagesAreLost(this::messagesAreLost);
		this.look = Threads.every(LOOK, this.link.executor(), this::look);
	}

	@Override
	public String name() {
		return "nats";
	}

	@Override
	public int maxMessageSize() {
		return this.options.maxMessageSize();
	}

	@Override
	public CompletableFuture<Socket> dial(String address, Duration timeout) {
		CompletableFuture<Socket> dialled = new CompletableFuture<>();
		try {
			requireOpen();
			requireSubject(address);
			if (this.link.isConnected()) {
				dialled.complete(open(address));
				return dialled;
			}
		}
		catch (TransportException ex) {
			return CompletableFuture.failedFuture(ex);
		}
		Threads.Scheduled late = Threads.after(timeout,
				() -> dialled.completeExceptionally(new TransportException(
						"could not dial " + address + ": " + this.link + " did not answer within " + timeout, true,
						null)));
		execute(() -> {
			try {
				this.link.connection("dial " + address);
				dialled.complete(open(address));
			}
			catch (RuntimeException ex) {
				dialled.completeExceptionally(ex);
			}
			late.cancel();
		});
		return dialled;
	}

	/** Nobody is told of it before there is something to say. */
	private NatsSocket open(String address) {
		String token = Long.toString(this.count.incrementAndGet());
		String own = this.inbox.subject(token);
		NatsSocket socket = new NatsSocket(this.wire, new NatsSocket.Ends(true, address, own, own, address),
				(closing) -> {
					this.inbox.forget(token);
					forget(closing);
				});
		this.inbox.route(token, socket::arrive);
		return track(socket);
	}

	/**
	 * A connection that was accepted.
	 * @param subject where
	 * @param replyTo where it is to be answered
	 * @param whenClosed is told when it was closed
	 * @return the socket
	 */
	NatsSocket accepted(String subject, String replyTo, Consumer<NatsSocket> whenClosed) {
		String token = "accepted-" + this.count.incrementAndGet();
		NatsSocket socket = new NatsSocket(this.wire,
				new NatsSocket.Ends(false, replyTo, this.inbox.subject(token), subject, NatsInbox.alive(replyTo)),
				(closing) -> {
					this.inbox.forget(token);
					forget(closing);
					whenClosed.accept(closing);
				});
		this.inbox.route(token, socket::arrive);
		return track(socket);
	}

	private NatsSocket track(NatsSocket socket) {
		this.sockets.add(socket);
		if (this.closed) {
			socket.close();
		}
		return socket;
	}

	private void forget(NatsSocket socket) {
		this.sockets.remove(socket);
		this.peers.remove(socket);
	}

	/** Tells who came that nobody accepts any more. */
	void refuse(String replyTo) {
		this.wire.send(replyTo, this.inbox.subject("refused"), NatsSignal.of(NatsSignal.REFUSED, "1"),
				NatsSignal.NOTHING);
	}

	@Override
	public Listener listen(String address, Consumer<Socket> onAccept) {
		requireOpen();
		String what = "listen on " + address;
		this.link.connection(what);
		NatsListener listener = new NatsListener(this, subject(address), onAccept);
		listener.listening(this.link.listen(what, listener.address(), "", LIMITS, listener::hear));
		this.listeners.add(listener);
		return listener;
	}

	/** What is listened to, where nobody else listens. */
	private String subject(String address) {
		if (address.isEmpty() || address.endsWith(":0")) {
			return this.link.inbox();
		}
		requireSubject(address);
		if (!address.equals(Addresses.announced(address, ""))) {
			throw new TransportException("'" + address + "' is no address for NATS: it would be announced as "
					+ Addresses.announced(address, "") + ", where nobody listens", true, null);
		}
		if (isTaken(address)) {
			String taken = "already listening on " + address;
			throw new TransportException(taken, true, new BindException(taken));
		}
		return address;
	}

	/** NATS itself gives a copy to each who listens, and each would answer. */
	private boolean isTaken(String subject) {
		String token = "taken-" + this.count.incrementAndGet();
		String own = this.inbox.subject(token);
		CompletableFuture<Boolean> first = new CompletableFuture<>();
		this.inbox.route(token, (message) -> first.complete(!NatsSignal.isNobodyThere(message)));
		try {
			if (!this.wire.hasHeaders()) {
				// So old a NATS does not say that nobody is there.
				return false;
			}
			this.wire.send(subject, own, null, NatsSignal.NOTHING);
			// And behind it something that certainly comes.
			this.wire.send(own, own, null, NatsSignal.NOTHING);
			return first.get(this.options.servers().connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new TransportException(this.link + " cannot be reached to listen on " + subject, true, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new TransportException("interrupted while listening on " + subject, true, ex);
		}
		finally {
			this.inbox.forget(token);
		}
	}

	private static void requireSubject(String address) {
		if (!SUBJECT.matcher(address).matches()) {
			throw new TransportException(
					"'" + address + "' is no subject of NATS: words with dots between, and no wildcard", true, null);
		}
	}

	void forget(NatsListener listener) {
		this.listeners.remove(listener);
	}

	void execute(Runnable task) {
		Threads.executeWhenFree(this.link.executor(), task);
	}

	/** Whether all that was subscribed is about to end anyway. */
	boolean isClosed() {
		return this.closed;
	}

	private void requireOpen() {
		if (this.closed) {
			throw new TransportException("the nats transport is closed", true, null);
		}
	}

	private void look() {
		this.link.revive();
		if (this.link.isConnected()) {
			this.peers.ask();
		}
	}

	private void messagesAreLost() {
		this.sockets.forEach((socket) -> socket.broken(new TransportException(
				"connection to " + socket.remote() + " is lost: so is what " + this.link + " carried", false, null)));
	}

	@Override
	public void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		this.look.cancel();
		this.listeners.forEach(NatsListener::close);
		this.sockets.forEach(NatsSocket::close);
		this.link.close();
	}

	@Override
	public String toString() {
		return this.link.toString();
	}

	/** The line to NATS. */
	private final class Wire implements NatsWire {

		@Override
		public byte[] encode(Message message, String remote) {
			requireSize(message.body().length, maxMessageSize(), remote, "");
			byte[] envelope = Envelope.encode(hasPseudo(message) ? withoutPseudo(message) : message);
			Connection present = NatsTransport.this.link.present();
			if (present != null) {
				requireSize(envelope.length, present.getMaxPayload(), remote, " of NATS (max_payload)");
			}
			return envelope;
		}

		private void requireSize(int size, long limit, String remote, String whose) {
			if (size > limit) {
				throw MicroException.of(ID, 413, "a message of " + size + " bytes is not sent to " + remote
						+ ": the limit" + whose + " is " + limit);
			}
		}

		@Override
		public void send(String subject, String replyTo, @Nullable Headers headers, byte[] payload) {
			Connection present = NatsTransport.this.link.present();
			if (present == null) {
				throw new IllegalStateException(NatsTransport.this.link + " is not connected");
			}
			boolean understood = headers != null && present.getServerInfo().isHeadersSupported();
			present.publish(subject, replyTo, understood ? headers : null, payload);
		}

		boolean hasHeaders() {
			Connection present = NatsTransport.this.link.present();
			return present != null && present.getServerInfo().isHeadersSupported();
		}

		@Override
		public boolean isFree() {
			Connection present = NatsTransport.this.link.present();
			return present != null && present.outgoingPendingBytes() < FREE;
		}

		@Override
		public int maxMessageSize() {
			return NatsTransport.this.options.maxMessageSize();
		}

		@Override
		public void meet(NatsSocket socket) {
			NatsTransport.this.peers.add(socket);
			if (!socket.isOpen()) {
				NatsTransport.this.peers.remove(socket);
			}
		}

		private static boolean hasPseudo(Message message) {
			boolean[] found = new boolean[1];
			message.headers().forEach((name, value) -> found[0] |= name.startsWith(":"));
			return found[0];
		}

		private static Message withoutPseudo(Message message) {
			Metadata.Builder headers = Metadata.builder();
			message.headers().forEach((name, value) -> {
				if (!name.startsWith(":")) {
					headers.set(name, value);
				}
			});
			return new Message(headers.build(), message.body());
		}

	}

}
