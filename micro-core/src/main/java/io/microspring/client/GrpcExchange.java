package io.microspring.client;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.microspring.client.Dialect.Exchange;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * A unary call of gRPC, on a socket of its own. Its answer is one message: the headers
 * and trailers together, and the only body.
 */
final class GrpcExchange implements Exchange, Receiver {

	private final Socket socket;

	private final Consumer<GrpcExchange> onEnd;

	private final CompletableFuture<Message> answer = new CompletableFuture<>();

	/** These belong to whoever receives. */
	private Metadata head = Metadata.empty();

	private @Nullable Message body;

	GrpcExchange(Socket socket, Consumer<GrpcExchange> onEnd) {
		this.socket = socket;
		this.onEnd = onEnd;
	}

	@Override
	public CompletableFuture<Message> exchange(Message request) {
		try {
			this.socket.receive(this);
			this.socket.send(Message.of(request.headers()));
			this.socket.send(new Message(Metadata.empty(), request.body()));
		}
		catch (RuntimeException ex) {
			// Without its message the request is not executed. The peer may have been
			// quicker to answer: then that counts.
			fail(ex);
			return this.answer;
		}
		try {
			this.socket.send(GrpcDialect.end());
		}
		catch (TransportException ignored) {
			// whoever receives is told why
		}
		return this.answer;
	}

	@Override
	public void release() {
		close();
	}

	@Override
	public void abandon(CompletableFuture<Message> given) {
		close();
	}

	void close() {
		this.onEnd.accept(this);
		this.socket.close();
	}

	@Override
	public void onMessage(Message message) {
		if (message.header(Headers.END) != null) {
			ended(this.head.withAll(message.headers()));
		}
		else if (message.header(Headers.HTTP_STATUS) != null) {
			this.head = message.headers();
			MicroException other = GrpcErrors.ofOtherProtocol(this.head);
			if (other != null) {
				fail(other);
			}
		}
		else if (this.body == null) {
			this.body = message;
		}
		else {
			fail(MicroException.internalServerError(Dialects.ID,
					"more than one message in the answer of a unary call"));
		}
	}

	private void ended(Metadata headers) {
		if (this.body != null) {
			this.answer.complete(new Message(headers, this.body.body()));
		}
		else if (GrpcErrors.of(headers) != null) {
			this.answer.complete(Message.of(headers));
		}
		else {
			fail(MicroException.internalServerError(Dialects.ID, "no message in the answer of a unary call"));
		}
		close();
	}

	private void fail(Exception failure) {
		this.answer.completeExceptionally(failure);
		close();
	}

	@Override
	public void onRefused(Message refused, MicroException error) {
		fail(error);
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		boolean unsent = cause instanceof TransportException transport && transport.isUnsent();
		fail(new TransportException("the call to " + this.socket.remote() + " broke off before the answer came"
				+ ((cause == null) ? "" : ": " + cause.getMessage()), unsent, cause));
	}

}
