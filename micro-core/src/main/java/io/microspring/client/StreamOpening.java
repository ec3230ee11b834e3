package io.microspring.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.codec.Codec;
import io.microspring.concurrent.Stages;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import io.microspring.selector.Selector;
import io.microspring.transport.Socket;
import org.jspecify.annotations.Nullable;

/**
 * Opens a stream on a connection of its own. Until the connection is there nothing has
 * been sent, so another node can be tried whatever the endpoint does.
 */
final class StreamOpening {

	private final RpcClient client;

	private final Outgoing call;

	private final Deadline deadline;

	private final Codec codec;

	/** Of every message of the stream. */
	private final Metadata headers;

	private final @Nullable Message first;

	private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

	StreamOpening(RpcClient client, Outgoing call) {
		this.client = client;
		this.call = call;
		CallContext context = CallContext.current();
		Duration timeout = call.options().timeout();
		this.deadline = ((timeout == null) ? Deadline.NONE : Deadline.after(timeout)).earliest(context.deadline());
		String contentType = client.contentType(call);
		this.codec = client.protocol.codec(contentType);
		String id = client.protocol.nextId();
		this.headers = client.protocol.headers(call, context.metadata(), contentType, id)
			.set(Headers.STREAM, id)
			.build();
		Object body = call.request().body();
		this.first = (body == null) ? null : encode(body);
	}

	CompletableFuture<@Nullable Object> start() {
		if (this.deadline.isExpired()) {
			return CompletableFuture.failedFuture(timeout());
		}
		String address = this.call.options().address();
		if (address != null) {
			dial(() -> Node.of("", address), 1);
		}
		else {
			dial(this.client.select(this.call), 1 + this.client.options.retries());
		}
		return this.result;
	}

	private void dial(Selector.Next nodes, int attempts) {
		Node node;
		try {
			node = Protocol.spokenBy(nodes.next(), this.call);
		}
		catch (RuntimeException ex) {
			this.result.completeExceptionally(ex);
			return;
		}
		Duration limit = this.client.options.dialTimeout();
		Duration left = this.deadline.isNone() ? limit : this.deadline.remaining();
		this.client.attempted(1);
		this.client.transport()
			.dial(node.address(), (left.compareTo(limit) < 0) ? left : limit)
			.whenComplete((socket, failure) -> {
				if (failure == null) {
					opened(socket);
					return;
				}
				Throwable cause = Stages.cause(failure);
				this.client.mark(this.call, node, cause);
				if (attempts > 1 && !this.deadline.isExpired()) {
					dial(nodes, attempts - 1);
				}
				else {
					failed(cause);
				}
			});
	}

	private void opened(Socket socket) {
		ClientStream stream = new ClientStream(this, socket);
		try {
			stream.begin(this.first);
		}
		catch (RuntimeException ex) {
			stream.close();
			this.result.completeExceptionally(ex);
			return;
		}
		if (!this.result.complete(stream)) {
			// Whoever asked for it has given up.
			stream.close();
		}
	}

	private void failed(Throwable cause) {
		this.result.completeExceptionally(this.deadline.isExpired() ? timeout()
				: MicroException
					.internalServerError(Protocol.ID,
							"connection error: " + cause.getMessage() + " (stream " + this.call.request().service()
									+ " " + this.call.request().endpoint() + ")")
					.because(cause));
	}

	/** Encodes a message of the caller's. */
	Message encode(Object message) {
		Message encoded = this.codec.write(Codec.Header.of(Codec.Kind.REQUEST), message);
		int limit = this.client.options.maxMessageSize();
		if (encoded.body().length > limit) {
			throw MicroException.of(Protocol.ID, 413, "a message to " + this.call.request().endpoint() + " is "
					+ encoded.body().length + " bytes, over the limit of " + limit);
		}
		return new Message(this.headers.withAll(encoded.headers()), encoded.body());
	}

	/** Decodes a message of the handler's. */
	@Nullable Object decode(Message message) {
		try {
			return this.codec.read(Codec.Kind.RESPONSE, message).body(this.call.type());
		}
		catch (MicroException ex) {
			throw MicroException
				.internalServerError(Protocol.ID, "a message of " + this.call.request().endpoint() + ": " + ex.detail())
				.because(ex);
		}
	}

	/** The message that only says what the stream is. */
	Message opening() {
		Metadata.Builder opening = this.headers.toBuilder();
		Protocol.timeout(opening, this.deadline);
		return Message.of(opening.build());
	}

	/** The message that says that nothing more is sent, and why. */
	Message end(String why) {
		return Message.of(this.headers.with(Headers.ERROR, why));
	}

	RpcClient client() {
		return this.client;
	}

	Deadline deadline() {
		return this.deadline;
	}

	String endpoint() {
		return this.call.request().endpoint();
	}

	private MicroException timeout() {
		return MicroException.timeout(Protocol.ID,
				"stream timeout: " + this.call.request().service() + " " + endpoint() + " was not opened in time");
	}

}
