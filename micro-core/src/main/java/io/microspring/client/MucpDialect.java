package io.microspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.microspring.call.Deadline;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * go-micro's own protocol: everything but the body is in headers (protocol reference
 * §3.3, §3.5). Calls share pooled connections; a stream has one of its own.
 */
final class MucpDialect implements Dialect {

	/** What a go-micro handler answers whose deadline passed. */
	private static final String DEADLINE_EXCEEDED = "context deadline exceeded";

	private final Codecs codecs;

	private final Transport transport;

	private final ConnectionPool pool;

	MucpDialect(Codecs codecs, Transport transport, ConnectionPool pool) {
		this.codecs = codecs;
		this.transport = transport;
		this.pool = pool;
	}

	@Override
	public Codec codec(String contentType) {
		return Dialects.codec(this.codecs, contentType);
	}

	@Override
	public CompletableFuture<Connection> connect(String address, Duration timeout) {
		return this.pool.acquire(address, timeout);
	}

	@Override
	public Message request(PreparedCall call, Message body, Deadline limit) {
		Metadata.Builder headers = headers(call).setAll(body.headers());
		timeout(headers, limit);
		return new Message(headers.build(), body.body());
	}

	@Override
	public @Nullable MicroException error(Message answer) {
		String text = Headers.find(answer.headers(), Headers.ERROR);
		if (text != null && !text.isEmpty()) {
			return DEADLINE_EXCEEDED.equals(text) ? MicroException.timeout(Dialects.ID, text)
					: MicroException.parse(text);
		}
		String status = answer.header(Headers.HTTP_STATUS);
		if (status == null || "200".equals(status)) {
			return null;
		}
		String body = new String(answer.body(), StandardCharsets.UTF_8).trim();
		MicroException error = MicroException.parse(body);
		return error.isPlain() ? MicroException.internalServerError(Dialects.ID, status + ": " + body) : error;
	}

	@Override
	public CompletableFuture<Socket> open(String address, Duration timeout) {
		return this.transport.dial(address, timeout);
	}

	@Override
	public Conversation conversation(PreparedCall call) {
		return new MucpConversation(this, headers(call).set(Headers.STREAM, call.id()).build());
	}

	/** Our own come last, so that no entry of a user shadows them. */
	private static Metadata.Builder headers(PreparedCall call) {
		return Dialects.headers(call)
			.set(Headers.CONTENT_TYPE, call.contentType())
			.set(Headers.ACCEPT, call.contentType())
			.set(Headers.ID, call.id())
			.set(Headers.SERVICE, call.call().request().service())
			.set(Headers.METHOD, call.endpoint())
			.set(Headers.ENDPOINT, call.endpoint());
	}

	private static void timeout(Metadata.Builder headers, Deadline deadline) {
		if (!deadline.isNone()) {
			headers.set(Headers.TIMEOUT, Long.toString(Math.max(1, deadline.remainingNanos())));
		}
	}

	/**
	 * A stream of mucp (protocol reference §3.6): an opening message whose body nobody
	 * reads, then the messages; {@code EOS} from the caller says that it sends no more,
	 * {@code EOS} or an error from the handler ends the stream, and with it the
	 * connection.
	 *
	 * @param dialect what reads errors
	 * @param headers the headers of every message
	 */
	private record MucpConversation(MucpDialect dialect, Metadata headers) implements Conversation {

		@Override
		public Message opening(Deadline deadline) {
			Metadata.Builder opening = this.headers.toBuilder();
			timeout(opening, deadline);
			return Message.of(opening.build());
		}

		@Override
		public Message message(Message encoded) {
			return new Message(this.headers.withAll(encoded.headers()), encoded.body());
		}

		@Override
		public Message end() {
			return Message.of(this.headers.with(Headers.ERROR, Headers.END_OF_STREAM));
		}

		@Override
		public Message failure(MicroException error) {
			return Message.of(this.headers.with(Headers.ERROR, error.toText()));
		}

		@Override
		public void received(Message message, ClientStream stream) {
			if (Headers.END_OF_STREAM.equals(message.header(Headers.ERROR))) {
				stream.end(null);
				return;
			}
			MicroException failure = this.dialect.error(message);
			if (failure != null) {
				stream.end(failure);
			}
			else {
				stream.add(message);
			}
		}

	}

}
