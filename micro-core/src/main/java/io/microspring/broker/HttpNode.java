package io.microspring.broker;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import io.microspring.concurrent.SerialQueue;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription of another process: a queue of messages and a connection that posts them
 * one after the other, each when the one before is answered.
 * <p>
 * Fields without a note belong to whoever deals with the message on its way.
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

	/** Those that wait and the one on its way; from any thread. */
	private final SerialQueue<Outgoing> messages;

	private @Nullable HttpPosting connection;

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
		this.messages = new SerialQueue<>("The queue of " + this, broker.options().queueSize(), broker.executor(),
				this::start);
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
			throw new BrokerException("publishing to " + message.publication().topic()
					+ " on broker http: the subscriber " + this
					+ (this.messages.isClosed() ? " is told nothing more"
							: " has had " + this.broker.options().queueSize() + " messages waiting for " + timeout),
					null);
		}
	}

	private void start() {
		begin(this.messages.first());
	}

	private void finished() {
		begin(this.messages.next());
	}

	/**
	 * Posts on the open connection without a thread that waits for the answer, which is
	 * judged where it comes in; all else is done aside, where it may wait.
	 */
	private void begin(@Nullable Outgoing message) {
		if (message == null) {
			return;
		}
		HttpPosting open = this.connection;
		if (open == null || this.failing || !open.isOpen()) {
			aside(() -> deliver(message));
			return;
		}
		Message request;
		try {
			request = request(message);
		}
		catch (Throwable ex) {
			// Again there, where it is told and what comes next is not held up.
			aside(() -> deliver(message));
			return;
		}
		open.post(request, (answer, failure) -> {
			if (answer == null) {
				aside(() -> settle(message, failure(message, Objects.requireNonNull(failure))));
			}
			else {
				answered(message, answer);
			}
		});
	}

	private void answered(Outgoing message, Message answer) {
		try {
			judge(message, answer);
			reached();
		}
		catch (Throwable ex) {
			// An Error too: nobody would go on.
			log.warn("The answer of {} could not be dealt with; going on with what comes next", this, ex);
		}
		finally {
			finished();
		}
	}

	private void aside(Runnable task) {
		this.messages.execute(() -> {
			try {
				task.run();
			}
			catch (Throwable ex) {
				// An Error too: nobody would go on.
				log.warn("The queue of {} failed; going on with what comes next", this, ex);
			}
			finally {
				finished();
			}
		});
	}

	private void deliver(Outgoing message) {
		if (this.failing && System.nanoTime() - this.heldUntil < 0) {
			undelivered(message, "it could not be reached just now");
			return;
		}
		settle(message, post(message));
	}

	/** What becomes of a message, given why it has not been received at first. */
	private void settle(Outgoing message, @Nullable String failed) {
		String failure = failed;
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

	private Message request(Outgoing message) {
		return new Message(this.head, message.publication().json(this.dialect));
	}

	/**
	 * Posts a message, and waits.
	 * @return null when it has been received, else why not
	 */
	private @Nullable String post(Outgoing message) {
		CompletableFuture<Message> awaited = new CompletableFuture<>();
		try {
			connection().post(request(message), (answer, failure) -> {
				if (answer != null) {
					awaited.complete(answer);
				}
				else {
					awaited.completeExceptionally(Objects.requireNonNull(failure));
				}
			});
			judge(message, awaited.get());
			return null;
		}
		catch (ExecutionException ex) {
			return failure(message, (ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (TransportException | MicroException ex) {
			return failure(message, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			disconnect();
			return "interrupted";
		}
	}

	/**
	 * Ends the connection.
	 * @return null when the message may count as received all the same, else why not
	 */
	private @Nullable String failure(Outgoing message, Throwable failure) {
		disconnect();
		if (failure instanceof TimeoutException) {
			log.warn("The subscriber {} of {} has not answered in {} s; going on with the next message", this,
					message.publication().topic(), REPLY_TIMEOUT.toSeconds());
			return null;
		}
		return reason(failure);
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

	private HttpPosting connection() throws InterruptedException, ExecutionException {
		HttpPosting present = this.connection;
		if (present == null || !present.isOpen()) {
			Transport transport = this.broker.transport(HttpRoutes.isSecure(this.node));
			present = new HttpPosting(transport.dial(this.node.address(), DIAL_TIMEOUT).get(), REPLY_TIMEOUT);
			this.connection = present;
		}
		return present;
	}

	private void disconnect() {
		if (this.connection != null) {
			this.connection.close();
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

}
