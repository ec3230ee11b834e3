package io.microspring.plugins.transport.nats;

import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

import io.microspring.broker.Envelope;
import io.microspring.concurrent.Threads;
import io.microspring.plugins.nats.NatsLink;
import io.microspring.plugins.nats.NatsListening;
import io.microspring.plugins.relay.Relay;
import io.microspring.plugins.relay.RelayListener;
import io.microspring.plugins.relay.RelaySocket;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import io.nats.client.Message;

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

	/** How often to look whether peers are still there. */
	private static final Duration LOOK = Duration.ofSeconds(5);

	private static final NatsListening.Limits LIMITS = NatsListening.Limits.DEFAULT;

	private static final Pattern SUBJECT = Pattern.compile("[^\\s.*>]+(\\.[^\\s.*>]+)*");

	private final NatsTransportOptions options;

	private final NatsLink link;

	private final NatsWire wire;

	private final NatsInbox inbox;

	private final Relay relay;

	private final AtomicLong count = new AtomicLong();

	/** What was asked last, by what NATS answers to. */
	private final List<String> asked = new ArrayList<>();

	private final Threads.Scheduled look;

	/**
	 * A transport; nothing is connected to yet.
	 * @param options where NATS is, and the limits
	 * @throws IllegalArgumentException when a file of TLS or credentials cannot be read
	 */
	public NatsTransport(NatsTransportOptions options) {
		this.options = options;
		this.link = new NatsLink(options.servers(), "transport",
				(message, cause) -> new TransportException(message, true, cause));
		this.wire = new NatsWire(this.link, options.maxMessageSize());
		this.relay = new Relay("nats", this.link, this.link.executor());
		this.inbox = new NatsInbox(this.link.inbox());
		this.link.listen(this.inbox.all(), this.inbox::hear);
		this.link.whenMessagesAreLost(this.relay::lost);
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
		try {
			this.relay.requireOpen();
			requireSubject(address);
			return this.relay.dial(address, timeout, this.link::isConnected,
					() -> this.link.connection("dial " + address), () -> open("", (closing) -> {
					}, (own) -> new NatsLine(this.wire, this.relay, true, address, own, own, address)));
		}
		catch (TransportException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private RelaySocket open(String prefix, Consumer<RelaySocket> whenClosed, Function<String, NatsLine> line) {
		String token = prefix + this.count.incrementAndGet();
		RelaySocket socket = this.relay.open(line.apply(this.inbox.subject(token)), (closing) -> {
			this.inbox.forget(token);
			whenClosed.accept(closing);
		});
		this.inbox.route(token, (message) -> arrive(message, socket));
		if (!socket.isOpen()) {
			// It has ended before it could be forgotten.
			this.inbox.forget(token);
		}
		return socket;
	}

	@Override
	public Listener listen(String address, Consumer<Socket> onAccept) {
		this.relay.requireOpen();
		String what = "listen on " + address;
		this.link.connection(what);
		String subject = subject(address);
		return this.relay.listen(subject, onAccept,
				(listener) -> this.link.listen(what, subject, "", LIMITS, (message) -> hear(listener, message))::close);
	}

	/** Called by one thread at a time. */
	private void hear(RelayListener listener, Message message) {
		String replyTo = message.getReplyTo();
		if (replyTo != null) {
			Caller caller = (message.getData().length > 0)
					? new Caller(this, listener.address(), replyTo, NatsSignal.has(message, NatsSignal.OURS)) : null;
			listener.hear(replyTo, caller, (socket) -> arrive(message, socket));
		}
	}

	private static void arrive(Message message, RelaySocket socket) {
		if (NatsSignal.isNobodyThere(message)) {
			socket.nobodyIsThere();
			return;
		}
		Long taken = NatsSignal.number(message, NatsSignal.TAKEN);
		if (taken != null || NatsSignal.has(message, NatsSignal.OURS)) {
			socket.peerIsOurs();
		}
		if (taken != null) {
			socket.takenByPeer(taken);
		}
		else if (NatsSignal.has(message, NatsSignal.REFUSED)) {
			socket.refused();
		}
		else if (message.getData().length == 0) {
			socket.closedByPeer();
		}
		else {
			read(message.getData(), socket);
		}
	}

	private static void read(byte[] payload, RelaySocket socket) {
		io.microspring.message.Message message;
		try {
			message = Envelope.decode(payload);
		}
		catch (IllegalArgumentException ex) {
			socket.malformed(ex);
			return;
		}
		socket.arrive(message);
	}

	/** What is listened to, where nobody else listens. */
	private String subject(String address) {
		if (address.isEmpty() || address.endsWith(":0")) {
			return this.link.inbox();
		}
		requireSubject(address);
		this.relay.requireAnnounced(address);
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

	private void look() {
		this.relay.closeForsaken(Relay.FORSAKEN);
		this.link.revive();
		if (this.link.isConnected()) {
			askForPeers();
		}
	}

	/**
	 * NATS says of what is sent to processes that are gone that nobody is there. Asking
	 * costs as much as a message, and no answer.
	 */
	private void askForPeers() {
		this.asked.forEach(this.inbox::forget);
		this.asked.clear();
		for (String peer : this.relay.peers().known()) {
			String token = "peer-" + this.count.incrementAndGet();
			this.asked.add(token);
			this.inbox.route(token, (message) -> {
				if (NatsSignal.isNobodyThere(message)) {
					this.relay.peers().gone(peer);
				}
			});
			this.wire.send(peer, this.inbox.subject(token), null, NatsSignal.NOTHING);
		}
	}

	@Override
	public void close() {
		if (this.relay.close()) {
			this.look.cancel();
			this.link.close();
		}
	}

	@Override
	public String toString() {
		return this.link.toString();
	}

	/**
	 * Who has sent something to be answered.
	 *
	 * @param transport the transport
	 * @param subject where it came
	 * @param replyTo where it is to be answered
	 * @param isOurs whether it says to be one of ours
	 */
	private record Caller(NatsTransport transport, String subject, String replyTo,
			boolean isOurs) implements RelayListener.Caller {

		@Override
		public RelaySocket open(Consumer<RelaySocket> whenClosed) {
			return this.transport.open("accepted-", whenClosed, (own) -> new NatsLine(this.transport.wire,
					this.transport.relay, false, this.replyTo, own, this.subject, NatsInbox.alive(this.replyTo)));
		}

		@Override
		public void refuse() {
			this.transport.wire.send(this.replyTo, this.transport.inbox.subject("refused"),
					NatsSignal.of(NatsSignal.REFUSED, "1"), NatsSignal.NOTHING);
		}

	}

}
