package io.microspring.client;

import java.util.List;
import java.util.function.Consumer;

import io.microspring.client.Dialect.Answer;
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

	/** Who waits for the answer, until it is told. */
	private volatile @Nullable Answer answer;

	/** These belong to whoever receives. */
	private Metadata head = Metadata.empty();

	private @Nullable Message body;

	GrpcExchange(Socket socket, Consumer<GrpcExchange> onEnd) {
		this.socket = socket;
		this.onEnd = onEnd;
	}

	@Override
	public void exchange(Message request, Answer waiting) {
		this.answer = waiting;
		Message opening = Message.of(request.headers());
		// The last message may say that it is the last, unless it would look like none.
		boolean whole = request.body().length > 0;
		try {
			this.socket.receive(this);
			this.socket.sendAll(whole ? List.of(opening, new Message(GrpcDialect.end().headers(), request.body()))
					: List.of(opening, Message.of(Metadata.empty())));
		}
		catch (RuntimeException ex) {
			// Without its message the request is not executed. The peer may have been
			// quicker to answer: then that counts.
			fail(ex);
			return;
		}
		if (!whole) {
			end();
		}
	}

	private void end() {
		try {
			this.socket.send(GrpcDialect.end());
		}
		catch (TransportException ignored) {
			// whoever receives is told why
		}
	}

	@Override
	public void release() {
		close();
	}

	@Override
	public void abandon(Answer given) {
		this.answer = null;
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
			answered(new Message(headers, this.body.body()));
		}
		else if (GrpcErrors.of(headers) != null) {
			answered(Message.of(headers));
		}
		else {
			fail(MicroException.internalServerError(Dialects.ID, "no message in the answer of a unary call"));
		}
		close();
	}

	private void answered(Message message) {
		Answer waiting = this.answer;
		this.answer = null;
		if (waiting != null) {
			waiting.answered(message);
		}
	}

	private void fail(Exception failure) {
		Answer waiting = this.answer;
		this.answer = null;
		if (waiting != null) {
			waiting.failed(failure);
		}
		close();
	}

	@Override
	public void onRefused(Message refused, MicroException error) {
		fail(error);
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		if (this.answer == null) {
			// As every call ends: an exception that nobody sees would be costly.
			return;
		}
		boolean unsent = cause instanceof TransportException transport && transport.isUnsent();
		fail(new TransportException("the call to " + this.socket.remote() + " broke off before the answer came"
				+ ((cause == null) ? "" : ": " + cause.getMessage()), unsent, cause));
	}

}
