package io.microspring.client;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.call.Stream;
import io.microspring.call.Window;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import io.microspring.selector.Selector;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * The caller's end of a mucp stream, on a connection of its own (protocol reference
 * §3.6): an opening message whose body nobody reads, then the messages; {@code EOS} ends
 * it from either side.
 */
final class ClientStream implements Stream<Object, Object>, Receiver {

	private final RpcClient client;

	private final Outgoing call;

	private final Socket socket;

	private final Codec codec;

	private final Type type;

	private final Metadata headers;

	private final Deadline deadline;

	private final Window<Message> window;

	private final AtomicBoolean sendClosed = new AtomicBoolean();

	private final AtomicBoolean closed = new AtomicBoolean();

	private ClientStream(RpcClient client, Outgoing call, Socket socket, Deadline deadline, Metadata propagated) {
		this.client = client;
		this.call = call;
		this.socket = socket;
		this.type = call.type();
		this.deadline = deadline;
		String contentType = client.contentType(call);
		this.codec = client.protocol.codec(contentType);
		String id = client.protocol.nextId();
		this.headers = client.protocol.headers(call, propagated, contentType, id).set(Headers.STREAM, id).build();
		this.window = new Window<>(socket::reading);
	}

	static CompletableFuture<@Nullable Object> open(RpcClient client, Outgoing call) {
		CallContext context = CallContext.current();
		Duration timeout = call.options().timeout();
		Deadline deadline = ((timeout == null) ? Deadline.NONE : Deadline.after(timeout)).earliest(context.deadline());
		String address = call.options().address();
		int attempts = (address != null) ? 1 : 1 + client.options.retries();
		Selector.Next nodes = (address != null) ? () -> Node.of("", address) : client.select(call);
		return dial(client, call, nodes, deadline, attempts)
			.thenApply((socket) -> new ClientStream(client, call, socket, deadline, context.metadata()).begin());
	}

	/** Opening a connection can be tried again on another node: nothing has been sent. */
	private static CompletableFuture<Socket> dial(RpcClient client, Outgoing call, Selector.Next nodes,
			Deadline deadline, int attempts) {
		Node node = nodes.next();
		Duration dialTimeout = client.options.dialTimeout();
		Duration left = deadline.isNone() ? dialTimeout : deadline.remaining();
		client.attempted(1);
		return client.transport()
			.dial(node.address(), (left.compareTo(dialTimeout) < 0) ? left : dialTimeout)
			.handle((socket, failure) -> {
				if (failure == null) {
					return CompletableFuture.completedFuture(socket);
				}
				Throwable cause = (failure instanceof CompletionException && failure.getCause() != null)
						? failure.getCause() : failure;
				client.mark(call, node, cause);
				if (attempts > 1) {
					return dial(client, call, nodes, deadline, attempts - 1);
				}
				return CompletableFuture.<Socket>failedFuture(
						MicroException
							.internalServerError(Protocol.ID,
									"connection error: " + cause.getMessage() + " (stream " + call.request().service()
											+ " " + call.request().endpoint() + ")")
							.because(cause));
			})
			.thenCompose((result) -> result);
	}

	private ClientStream begin() {
		this.client.streamOpened();
		this.socket.receive(this);
		Metadata.Builder opening = this.headers.toBuilder();
		Protocol.timeout(opening, this.deadline);
		transmit(Message.of(opening.build()));
		Object first = this.call.request().body();
		if (first != null) {
			send(first);
		}
		return this;
	}

	@Override
	public void send(Object message) {
		if (this.sendClosed.get()) {
			throw MicroException.badRequest(Protocol.ID,
					"the stream to " + this.call.request().endpoint() + " has been closed for sending");
		}
		Message encoded = this.codec.write(Codec.Header.of(Codec.Kind.REQUEST), message);
		if (encoded.body().length > this.client.options.maxMessageSize()) {
			throw MicroException.of(Protocol.ID, 413, "a message of " + encoded.body().length
					+ " bytes is over the limit of " + this.client.options.maxMessageSize());
		}
		awaitWritable();
		transmit(new Message(this.headers.withAll(encoded.headers()), encoded.body()));
	}

	@Override
	public @Nullable Object receive() {
		Message message = this.window.take(this.deadline, () -> MicroException.timeout(Protocol.ID,
				"stream timeout: nothing received from " + this.call.request().endpoint() + " in time"));
		if (message == null) {
			return null;
		}
		try {
			return this.codec.read(Codec.Kind.RESPONSE, message).body(this.type);
		}
		catch (MicroException ex) {
			throw MicroException
				.internalServerError(Protocol.ID, "a message of " + this.call.request().endpoint() + ": " + ex.detail())
				.because(ex);
		}
	}

	@Override
	public void closeSend() {
		if (this.sendClosed.compareAndSet(false, true) && this.socket.isOpen()) {
			try {
				transmit(Message.of(this.headers.with(Headers.ERROR, Headers.END_OF_STREAM)));
			}
			catch (MicroException ignored) {
				// the peer has closed first: it needs no telling
			}
		}
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			closeSend();
			this.window.end(null);
			this.socket.close();
		}
	}

	@Override
	public void onMessage(Message message) {
		String error = message.header(Headers.ERROR);
		if (Headers.END_OF_STREAM.equals(error)) {
			this.window.end(null);
			return;
		}
		MicroException failure = Protocol.error(message);
		if (failure != null) {
			this.window.end(failure);
		}
		else {
			this.window.add(message);
		}
	}

	@Override
	public void onRefused(Message head, MicroException error) {
		this.window.end(error);
		this.socket.close();
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		MicroException error = MicroException.internalServerError(Protocol.ID,
				"the stream from " + this.call.request().endpoint() + " at " + this.socket.remote() + " broke off");
		this.window.end((cause == null) ? error : error.because(cause));
		this.client.streamClosed();
	}

	private void transmit(Message message) {
		try {
			this.socket.send(message);
		}
		catch (TransportException ex) {
			throw MicroException.internalServerError(Protocol.ID, "connection error: " + ex.getMessage()).because(ex);
		}
	}

	private void awaitWritable() {
		try {
			while (!this.socket.isWritable() && this.socket.isOpen()) {
				this.socket.awaitWritable(this.deadline.isNone() ? Duration.ofSeconds(1) : this.deadline.remaining());
				if (this.deadline.isExpired()) {
					throw MicroException.timeout(Protocol.ID,
							"stream timeout: " + this.call.request().endpoint() + " does not take what is sent");
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw MicroException.of(Protocol.ID, 499, "interrupted while sending").because(ex);
		}
	}

}
