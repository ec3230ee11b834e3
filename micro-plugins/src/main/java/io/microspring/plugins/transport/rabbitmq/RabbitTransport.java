package io.microspring.plugins.transport.rabbitmq;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.microspring.plugins.rabbitmq.RabbitAttachment;
import io.microspring.plugins.rabbitmq.RabbitConnection;
import io.microspring.plugins.rabbitmq.RabbitMessages;
import io.microspring.plugins.relay.Relay;
import io.microspring.plugins.relay.RelayListener;
import io.microspring.plugins.relay.RelaySignal;
import io.microspring.plugins.relay.RelaySocket;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls through RabbitMQ: a server has a queue, whose name is its address, bound to the
 * exchange by that, and a connection is whatever has one correlation id (protocol
 * reference §2). The body of a message is the body and its headers are the headers, so
 * that go-micro's clients and servers take part; between two ends of ours a slow reader
 * holds back its peer, and either hears when the other closes or is gone.
 * <p>
 * RabbitMQ is connected to when it is first needed. When the connection is lost, so are
 * all that go through it; listeners come back with it. Thread-safe. Needs
 * {@code com.rabbitmq:amqp-client}. go-micro: {@code go-plugins/transport/rabbitmq}.
 */
public final class RabbitTransport implements Transport {

	/** How often to look whether peers are still there. */
	private static final Duration LOOK = Duration.ofSeconds(5);

	/** How long an answer may still come after its connection was closed. */
	private static final Duration STRAGGLERS = Duration.ofSeconds(10);

	/** The longest text that the protocol has for a routing key or a queue's name. */
	private static final int MOST_BYTES = 255;

	private static final Logger log = LoggerFactory.getLogger(RabbitTransport.class);

	private final RabbitTransportOptions options;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-transport-rabbitmq");

	private final RabbitConnection connection;

	private final Relay relay;

	private final RabbitWire wire;

	/** What was dialled, by correlation id. */
	private final Map<String, RelaySocket> dialled = new ConcurrentHashMap<>();

	/** When the wire was lost, by {@link System#nanoTime()}. */
	private final AtomicLong lastLost = new AtomicLong(System.nanoTime() - 2 * LOOK.toNanos());

	private final Threads.Scheduled look;

	/**
	 * A transport; nothing is connected to yet.
	 * @param options where RabbitMQ is, and the limits
	 */
	public RabbitTransport(RabbitTransportOptions options) {
		this.options = options;
		this.connection = new RabbitConnection(options.connection(), "micro-transport");
		this.relay = new Relay("rabbitmq", this.connection, this.executor);
		this.wire = new RabbitWire(this.connection, options.connection(), this.executor, this::answered, this::returned,
				this::lost);
		this.look = Threads.every(LOOK, this.executor, this::look);
	}

	@Override
	public String name() {
		return "rabbitmq";
	}

	@Override
	public int maxMessageSize() {
		return this.options.connection().maxMessageSize();
	}

	@Override
	public CompletableFuture<Socket> dial(String address, Duration timeout) {
		try {
			this.relay.requireOpen();
			requireQueue(address);
			return this.relay.dial(address, timeout, this.wire::isConnected, () -> connect("dial " + address),
					() -> open(address));
		}
		catch (TransportException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private void connect(String what) {
		try {
			this.wire.connect();
		}
		catch (IOException ex) {
			throw new TransportException("could not " + what + ": " + ex.getMessage(), true, ex);
		}
	}

	private Socket open(String address) {
		String correlation = UUID.randomUUID().toString();
		RelaySocket socket = this.relay.open(
				new RabbitLine(this.wire, this.relay, true, correlation, address, correlation, address), this::forget);
		this.dialled.put(correlation, socket);
		if (!socket.isOpen()) {
			// It has ended before it could be forgotten.
			forget(socket);
		}
		this.relay.peers().add(socket);
		return socket;
	}

	/** What has closed may still have to be told to who answers. */
	private void forget(RelaySocket socket) {
		if (socket.isPartingUntold()) {
			Threads.after(STRAGGLERS, () -> this.dialled.remove(socket.local()));
		}
		else {
			this.dialled.remove(socket.local());
		}
	}

	private void answered(BasicProperties properties, byte[] body) {
		String correlation = properties.getCorrelationId();
		RelaySocket socket = (correlation != null) ? this.dialled.get(correlation) : null;
		if (socket != null) {
			arrive(properties, body, socket);
		}
	}

	private void returned(BasicProperties properties) {
		RelaySocket socket = this.dialled.get(String.valueOf(properties.getCorrelationId()));
		if (socket == null) {
			return;
		}
		if (RabbitSignal.isSignal(properties.getType())) {
			this.relay.peers().gone(socket.remote());
		}
		else {
			socket.nobodyIsThere();
		}
	}

	private static void arrive(BasicProperties properties, byte[] body, RelaySocket socket) {
		if (RabbitSignal.isOfOurs(properties)) {
			socket.peerIsOurs();
		}
		if (RabbitSignal.isSignal(properties.getType())) {
			RabbitSignal.tell(socket, properties);
		}
		else {
			read(properties, body, socket);
		}
	}

	private static void read(BasicProperties properties, byte[] body, RelaySocket socket) {
		Message message;
		try {
			message = RabbitMessages.message(properties, body);
		}
		catch (IllegalArgumentException ex) {
			socket.malformed(ex);
			return;
		}
		socket.arrive(message);
	}

	@Override
	public Listener listen(String address, Consumer<Socket> onAccept) {
		this.relay.requireOpen();
		String name = name(address);
		connect("listen on " + name);
		return this.relay.listen(name, onAccept, (listener) -> {
			RabbitQueue queue = new RabbitQueue(this.connection, this.wire, this.options.connection().exchange(), name,
					this.executor, (properties, body) -> hear(listener, properties, body));
			queue.open();
			return queue::close;
		});
	}

	/** Called by one thread at a time. */
	private void hear(RelayListener listener, BasicProperties properties, byte[] body) {
		String correlation = properties.getCorrelationId();
		if (correlation == null || properties.getReplyTo() == null) {
			log.debug("A message on {} that is to be answered to nobody is passed over", listener.address());
			return;
		}
		Caller caller = RabbitSignal.isSignal(properties.getType()) ? null
				: new Caller(this, listener.address(), properties);
		listener.hear(correlation, caller, (socket) -> arrive(properties, body, socket));
	}

	/** The queue's name, which nobody else has when none is given. */
	private String name(String address) {
		if (address.isEmpty() || address.endsWith(":0")) {
			return UUID.randomUUID().toString();
		}
		requireQueue(address);
		this.relay.requireAnnounced(address);
		return address;
	}

	/** It is a routing key too, and as that a pattern. */
	private static void requireQueue(String address) {
		List<String> words = Arrays.asList(address.split("\\.", -1));
		if (address.isBlank() || address.startsWith("amq.") || words.contains("*") || words.contains("#")
				|| address.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
			throw new TransportException("'" + address + "' is no queue of RabbitMQ for calls: it has at most "
					+ MOST_BYTES + " bytes, does not begin with amq. and has no wildcard", true, null);
		}
	}

	/** What comes again and again is left to the next look. */
	private void lost() {
		this.relay.lost();
		long now = System.nanoTime();
		if (now - this.lastLost.getAndSet(now) > LOOK.toNanos() && this.relay.isListening()) {
			this.relay.execute(this::look);
		}
	}

	private void look() {
		this.relay.closeForsaken(Relay.FORSAKEN);
		try {
			if (this.wire.isConnected()) {
				askForPeers();
			}
			else if (this.relay.isListening()) {
				// Whoever is accepted is to be answered.
				this.wire.connect();
			}
		}
		catch (IOException | ShutdownSignalException ex) {
			log.debug("{} cannot be asked: {}", this.connection, ex.getMessage());
		}
	}

	/**
	 * RabbitMQ says of a queue that goes with its process, and of a name that it made of
	 * {@value RabbitWire#REPLIES}, whether it is still there.
	 */
	private void askForPeers() throws IOException {
		Channel channel = this.connection.openChannel();
		try {
			for (String peer : this.relay.peers().known()) {
				if (!channel.isOpen()) {
					// It was not there, and the channel is closed for that.
					channel = this.connection.openChannel();
				}
				ask(channel, peer);
			}
		}
		finally {
			RabbitAttachment.abort(channel);
		}
	}

	private void ask(Channel channel, String peer) throws IOException {
		try {
			channel.queueDeclarePassive(peer);
		}
		catch (IOException ex) {
			int code = RabbitQueue.code(ex);
			if (code == AMQP.NOT_FOUND) {
				this.relay.peers().gone(peer);
			}
			else if (code == 0) {
				throw ex;
			}
		}
	}

	@Override
	public void close() {
		if (this.relay.close()) {
			this.look.cancel();
			this.wire.close();
			this.executor.shutdown();
		}
	}

	@Override
	public String toString() {
		return this.connection.toString();
	}

	/**
	 * Who has sent something to be answered.
	 *
	 * @param transport the transport
	 * @param address where it came
	 * @param properties what it came with
	 */
	private record Caller(RabbitTransport transport, String address,
			BasicProperties properties) implements RelayListener.Caller {

		@Override
		public RelaySocket open(Consumer<RelaySocket> whenClosed) {
			RelaySocket socket = this.transport.relay.open(line(), whenClosed);
			this.transport.relay.peers().add(socket);
			return socket;
		}

		private RabbitLine line() {
			String correlation = this.properties.getCorrelationId();
			return new RabbitLine(this.transport.wire, this.transport.relay, false, correlation,
					this.properties.getReplyTo(), this.address, correlation);
		}

		@Override
		public boolean isOurs() {
			return RabbitSignal.isOfOurs(this.properties);
		}

		/** Others would take it for an answer. */
		@Override
		public void refuse() {
			if (isOurs()) {
				line().tell(RelaySignal.REFUSED, 1);
			}
		}

	}

}
