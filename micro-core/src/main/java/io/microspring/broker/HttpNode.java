package io.microspring.broker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.microspring.concurrent.Mailbox;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription of another process: a queue of messages and a connection that posts them
 * one after the other, each when the one before is answered.
 * <p>
 * Fields without a note belong to whoever reads the queue.
 */
final class HttpNode implements Target {

	private static final Logger log = LoggerFactory.getLogger(HttpBroker.class);

	private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(5);

	/** A handler that takes longer has the message, but holds up no others. */
	private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(30);

	/** How long to wait before each further attempt to reach it. */
	private static final List<Duration> RETRIES = List.of(Duration.ofMillis(100), Duration.ofMillis(400));

	/** After an attempt failed, how long no other one is made. */
	private static final Duration HOLD = Duration.ofSeconds(1);

	private final Node node;

	private final String queue;

	private final HttpDialect dialect;

	private final HttpBroker broker;

	private final Metadata head;

	/** From any thread. */
	private final Mailbox<Outgoing> messages;

	private @Nullable Connection connection;

	private boolean failing;

	private long heldUntil = System.nanoTime();

	private long dropped;

	HttpNode(Node node, String queue, HttpDialect dialect, HttpBroker broker) {
		this.node = node;
		this.queue = queue;
		this.dialect = dialect;
		this.broker = broker;
		this.head = Metadata.of(Headers.HTTP_METHOD, "POST", Headers.PATH, dialect.path(node.id()),
				Headers.CONTENT_TYPE, "application/json");
		this.messages = new Mailbox<>("The queue of " + node.id(), broker.options().queueSize(), broker.executor(),
				this::deliver);
	}

	@Override
	public String queue() {
		return this.queue;
	}

	@Override
	public boolean isClosed() {
		return false;
	}

	HttpDialect dialect() {
		return this.dialect;
	}

	boolean isIdle() {
		return this.messages.size() == 0;
	}

	boolean awaitIdle(Duration timeout) throws InterruptedException {
		return this.messages.awaitEmpty(timeout);
	}

	/** Drops what waits. */
	void close() {
		this.messages.close();
	}

	@Override
	public boolean offer(Outgoing message) {
		return this.messages.offer(message);
	}

	@Override
	public void put(Outgoing message) throws InterruptedException {
		Duration timeout = this.broker.options().publishTimeout();
		if (!this.messages.put(message, timeout)) {
			throw new BrokerException(
					"publishing to " + message.publication().topic() + " on broker http: the subscriber " + this
							+ " has had " + this.broker.options().queueSize() + " messages waiting for " + timeout,
					null);
		}
	}

	private void deliver(Outgoing message) {
		if (this.failing && System.nanoTime() - this.heldUntil < 0) {
			undelivered(message, "it could not be reached just now");
			return;
		}
		String failure = post(message);
		// Another member of the queue is tried sooner than this one again.
		if (failure != null && message.others().isEmpty() && !this.failing) {
			for (int i = 0; i < RETRIES.size() && failure != null && this.broker.pause(RETRIES.get(i)); i++) {
				failure = post(message);
			}
		}
		if (failure == null) {
			reached();
		}
		else {
			this.heldUntil = System.nanoTime() + HOLD.toNanos();
			undelivered(message, failure);
			this.failing = true;
		}
	}

	private void undelivered(Outgoing message, String why) {
		if (message.passOn()) {
			return;
		}
		if (this.dropped++ == 0) {
			log.warn("The subscriber {} of {} does not get its messages; they are dropped: {}", this,
					message.publication().topic(), why);
		}
	}

	private void reached() {
		if (this.dropped > 0) {
			log.info("The subscriber {} gets its messages again; {} were dropped", this, this.dropped);
		}
		this.failing = false;
		this.dropped = 0;
	}

	/**
	 * Posts a message.
	 * @return null when it has been received, else why not
	 */
	private @Nullable String post(Outgoing message) {
		String topic = message.publication().topic();
		try {
			Message answer = connection().post(new Message(this.head, message.publication().json(this.dialect)));
			judge(message, answer);
			return null;
		}
		catch (TimeoutException ex) {
			log.warn("The subscriber {} of {} has not answered in {} s; going on with the next message", this, topic,
					REPLY_TIMEOUT.toSeconds());
			disconnect();
			return null;
		}
		catch (ExecutionException ex) {
			disconnect();
			return reason((ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (TransportException | MicroException ex) {
			disconnect();
			return reason(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			disconnect();
			return "interrupted";
		}
	}

	private void judge(Outgoing message, Message answer) {
		String status = answer.headers().getOrDefault(Headers.HTTP_STATUS, "200");
		if (status.equals("404")) {
			// Unsubscribed, and the registry has not told so yet: nobody misses the
			// message, unless a queue shares it.
			message.passOn();
		}
		else if (!status.startsWith("2") && !(status.equals("503") && message.passOn())) {
			log.warn("The subscriber {} refused a message of {} with status {}", this, message.publication().topic(),
					status);
		}
		if ("close".equalsIgnoreCase(answer.header("Connection"))) {
			disconnect();
		}
	}

	private Connection connection() throws InterruptedException, ExecutionException {
		Connection present = this.connection;
		if (present == null || !present.socket.isOpen()) {
			present = new Connection(this.broker.transport().dial(this.node.address(), DIAL_TIMEOUT).get());
			this.connection = present;
		}
		return present;
	}

	private void disconnect() {
		if (this.connection != null) {
			this.connection.socket.close();
			this.connection = null;
		}
	}

	private static String reason(Throwable failure) {
		return (failure.getMessage() != null) ? failure.getMessage() : failure.toString();
	}

	@Override
	public String toString() {
		return this.node.id() + " at " + this.node.address();
	}

	/** One connection: asks, and waits for the answer. */
	private static final class Connection implements Receiver {

		private final Socket socket;

		private volatile CompletableFuture<Message> answer = new CompletableFuture<>();

		Connection(Socket socket) {
			this.socket = socket;
			socket.receive(this);
		}

		Message post(Message message) throws InterruptedException, ExecutionException, TimeoutException {
			CompletableFuture<Message> awaited = new CompletableFuture<>();
			this.answer = awaited;
			this.socket.send(message);
			return awaited.get(REPLY_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
		}

		@Override
		public void onMessage(Message message) {
			this.answer.complete(message);
		}

		@Override
		public void onRefused(Message head, MicroException error) {
			// An answer that is too large is an answer.
			this.answer.complete(head);
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			this.answer.completeExceptionally(
					new TransportException("the connection to " + this.socket.remote() + " ended", false, cause));
		}

	}

}
