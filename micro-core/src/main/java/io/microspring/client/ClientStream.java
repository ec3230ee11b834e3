package io.microspring.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.microspring.call.Deadline;
import io.microspring.call.Stream;
import io.microspring.call.Window;
import io.microspring.client.Dialect.Conversation;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.registry.Node;
import io.microspring.selector.Outcome;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * The caller's end of a stream, on a socket of its own; what its messages look like is
 * the {@link Conversation}'s affair.
 */
final class ClientStream implements Stream<Object, Object>, Receiver {

	private final PreparedCall call;

	private final Node node;

	private final Conversation conversation;

	private final RpcClient client;

	private final String endpoint;

	private final Deadline deadline;

	private final Socket socket;

	private final Window<Message> window;

	private final AtomicBoolean sendClosed = new AtomicBoolean();

	private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

	private volatile boolean closed;

	/** Whether the handler has said the last word. */
	private volatile boolean ending;

	/** What that, or whoever refused in its place, says of the node. */
	private volatile @Nullable Outcome outcome;

	ClientStream(PreparedCall call, Node node, Dialect.Opened opened, Deadline deadline) {
		this.call = call;
		this.node = node;
		this.conversation = opened.conversation();
		this.client = call.client();
		this.endpoint = call.endpoint();
		this.deadline = deadline;
		this.socket = opened.socket();
		this.window = new Window<>(this.socket::reading, (message) -> message.body().length, this.socket::taken);
	}

	void begin(@Nullable Message first) {
		this.client.opened(this);
		this.socket.receive(this);
		transmit(this.conversation.opening(this.deadline));
		if (first != null) {
			transmitUnlessEnded(this.conversation.message(first));
		}
	}

	@Override
	public void send(Object message) {
		if (this.sendClosed.get() && !hasEnded()) {
			throw MicroException.badRequest(Dialects.ID,
					"the stream to " + this.endpoint + " has been closed for sending");
		}
		Message encoded = this.conversation.message(this.call.encode(message));
		awaitWritable();
		if (hasEnded()) {
			throw MicroException.of(Dialects.ID, 499, "the stream to " + this.endpoint + " has ended");
		}
		transmit(encoded);
	}

	/** Sends what stands for a request that has nothing in it. */
	void sendNothing() {
		Message nothing = this.conversation.nothing();
		if (nothing != null) {
			transmitUnlessEnded(nothing);
		}
	}

	@Override
	public @Nullable Object receive() {
		Message message = this.window.take(this.deadline, () -> MicroException.timeout(Dialects.ID,
				"stream timeout: nothing received from " + this.endpoint + " in time"));
		return (message == null) ? null : this.call.decode(message, this.socket.remote());
	}

	@Override
	public void closeSend() {
		if (this.sendClosed.compareAndSet(false, true) && this.socket.isOpen()) {
			try {
				transmit(this.conversation.end());
			}
			catch (MicroException ignored) {
				// the peer has closed first: it needs no telling
			}
		}
	}

	@Override
	public void fail(MicroException error) {
		this.sendClosed.set(true);
		// First, since the peer may answer with an error of its own.
		this.window.end(error);
		Message failure = this.conversation.failure(error);
		if (failure != null && !this.over.isDone() && this.socket.isOpen()) {
			try {
				transmit(failure);
			}
			catch (MicroException ignored) {
				// the peer has gone first: it needs no telling
			}
		}
		end(error);
	}

	@Override
	public void close() {
		if (this.deadline.isExpired()) {
			fail(MicroException.timeout(Dialects.ID, "stream timeout: " + this.endpoint + " took too long"));
			return;
		}
		closeSend();
		Duration grace = this.conversation.grace();
		if (grace.isZero() || this.over.isDone()) {
			end(null);
			return;
		}
		this.closed = true;
		this.window.end(null);
		this.over.complete(null);
		Threads.after(grace, this.socket::close);
	}

	@Override
	public void onEnd(Runnable action) {
		this.over.thenRun(action);
	}

	@Override
	public boolean keepsMessages() {
		return true;
	}

	@Override
	public void onMessage(Message message) {
		this.conversation.received(message, this);
	}

	/** Takes a message of the handler's. */
	void add(Message message) {
		if (this.closed) {
			// The handler has more to say than its end.
			this.socket.close();
			return;
		}
		MicroException tooLarge = this.call.tooLarge(message, this.socket.remote());
		if (tooLarge != null) {
			end(tooLarge);
		}
		else {
			this.window.add(message);
		}
	}

	@Override
	public void onRefused(Message head, MicroException error) {
		endRefused(error);
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		Outcome said = this.outcome;
		Outcome unsaid = this.over.isDone() ? Outcome.GIVEN_UP : Outcome.DISCONNECTED;
		this.client.ended(this, (said != null) ? said : unsaid, cause);
		if (cause instanceof TransportException && cause.getCause() instanceof MicroException reason) {
			end(reason);
		}
		else {
			MicroException error = MicroException.internalServerError(Dialects.ID,
					"the stream from " + this.endpoint + " at " + this.socket.remote() + " broke off");
			end((cause == null) ? error : error.because(cause));
		}
	}

	/** Ends as the handler said, and tells it so, as Go's clients do. */
	void endAnswered(@Nullable MicroException failure) {
		this.ending = true;
		this.outcome = (failure == null) ? Outcome.ANSWERED : RpcClient.outcome(failure);
		// Before anyone hears of the end, who would close the stream himself.
		closeSend();
		end(failure);
	}

	/** Ends as somebody other than the handler said. */
	void endRefused(MicroException error) {
		this.outcome = RpcClient.outcome(error);
		end(error);
	}

	PreparedCall call() {
		return this.call;
	}

	Node node() {
		return this.node;
	}

	private boolean hasEnded() {
		return this.ending || this.over.isDone();
	}

	/** Of several ends the first counts; what came before it can still be received. */
	void end(@Nullable MicroException failure) {
		this.window.end(failure);
		this.over.complete(null);
		this.socket.close();
	}

	private void transmit(Message message) {
		try {
			this.socket.send(message);
		}
		catch (TransportException ex) {
			throw MicroException.internalServerError(Dialects.ID, "connection error: " + ex.getMessage()).because(ex);
		}
	}

	/** Whoever serves the stream may have ended it before it has all of the request. */
	private void transmitUnlessEnded(Message message) {
		try {
			transmit(message);
		}
		catch (MicroException ex) {
			if (!hasEnded()) {
				throw ex;
			}
		}
	}

	private void awaitWritable() {
		try {
			while (!this.socket.isWritable() && this.socket.isOpen()) {
				this.socket.awaitWritable(this.deadline.isNone() ? Duration.ofSeconds(1) : this.deadline.remaining());
				if (this.deadline.isExpired()) {
					throw MicroException.timeout(Dialects.ID,
							"stream timeout: " + this.endpoint + " does not take what is sent");
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw MicroException.of(Dialects.ID, 499, "interrupted while sending").because(ex);
		}
	}

}
