package io.microspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.microspring.call.Deadline;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Socket;
import org.jspecify.annotations.Nullable;

/**
 * go-micro's own protocol: everything but the body is in headers (protocol reference
 * §3.3, §3.5), or in older go-micro's envelope around the body. Calls share pooled
 * connections, one at a time on each; a stream has one of its own.
 */
final class MucpDialect implements Dialect {

	/** What a go-micro handler answers whose deadline passed. */
	private static final String DEADLINE_EXCEEDED = "context deadline exceeded";

	private final Codecs codecs;

	private final ConnectionPool pool;

	private final Peer peer;

	MucpDialect(Codecs codecs, ConnectionPool pool, Peer peer) {
		this.codecs = codecs;
		this.pool = pool;
		this.peer = peer;
	}

	/** The same, to another kind of peer. */
	MucpDialect to(Peer other) {
		return new MucpDialect(this.codecs, this.pool, other);
	}

	/** The name of the transport it is spoken on. */
	String transport() {
		return this.pool.transport().name();
	}

	@Override
	public Codec codec(String contentType) {
		return Dialects.codec(this.codecs, onTheWire(contentType));
	}

	@Override
	public @Nullable Connection ready(String address) {
		return this.pool.idle(address);
	}

	@Override
	public CompletableFuture<Connection> connect(String address, Duration timeout) {
		return this.pool.dial(address, timeout);
	}

	@Override
	public Message request(PreparedCall call, Message body, Deadline limit) {
		Metadata.Builder headers = headers(call).setAll(body.headers());
		if (this.peer == Peer.GO || this.peer == Peer.GO_OF_ITS_CHOICE) {
			headers.set(Headers.STREAM, call.id());
		}
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
		return this.pool.transport().dial(address, timeout);
	}

	@Override
	public Conversation conversation(PreparedCall call) {
		// Go's clients open a stream with an empty request, which an envelope needs.
		Message opening = call.encode(call.contentType().contains("json") ? Map.of() : null);
		return new MucpConversation(this, headers(call).set(Headers.STREAM, call.id()).build(), opening);
	}

	/** Our own come last, so that no entry of a user shadows them. */
	private Metadata.Builder headers(PreparedCall call) {
		return call.isPlain() ? plain(call) : own(Dialects.headers(call), call).set(Headers.ID, call.id());
	}

	/** Those that do not change from one call to the next of its kind. */
	Metadata.Builder own(Metadata.Builder headers, PreparedCall call) {
		return headers.set(Headers.CONTENT_TYPE, onTheWire(call.contentType()))
			.set(Headers.ACCEPT, call.contentType())
			.set(Headers.SERVICE, call.call().request().service())
			.set(Headers.METHOD, call.endpoint())
			.set(Headers.ENDPOINT, call.endpoint());
	}

	/** The same, of which none can be there before; with room for the time-out. */
	private Metadata.Builder plain(PreparedCall call) {
		String fromService = call.client().name();
		Metadata.Builder headers = Metadata.builder(fromService.isEmpty() ? 7 : 8);
		if (!fromService.isEmpty()) {
			headers.add(Headers.FROM_SERVICE, fromService);
		}
		return headers.add(Headers.CONTENT_TYPE, onTheWire(call.contentType()))
			.add(Headers.ACCEPT, call.contentType())
			.add(Headers.ID, call.id())
			.add(Headers.SERVICE, call.call().request().service())
			.add(Headers.METHOD, call.endpoint())
			.add(Headers.ENDPOINT, call.endpoint());
	}

	private String onTheWire(String contentType) {
		return switch (this.peer) {
			case OURS, GO -> contentType;
			case GO_OF_ITS_CHOICE -> contentType.equals(Codecs.PROTOBUF) ? Codecs.PROTO_RPC : contentType;
			case OLDER_GO -> contentType.equals(Codecs.BYTES) ? contentType : Codecs.enveloped(contentType);
		};
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
	 * @param empty the body of the opening
	 */
	private record MucpConversation(MucpDialect dialect, Metadata headers, Message empty) implements Conversation {

		@Override
		public Message opening(Deadline deadline) {
			Metadata.Builder opening = this.headers.toBuilder().setAll(this.empty.headers());
			timeout(opening, deadline);
			return new Message(opening.build(), this.empty.body());
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
			boolean ends = Headers.END_OF_STREAM.equals(message.header(Headers.ERROR));
			MicroException failure = ends ? null : this.dialect.error(message);
			if (ends || failure != null) {
				stream.endAnswered(failure);
			}
			else {
				stream.add(message);
			}
		}

	}

	/**
	 * Whom it is spoken to; decides what goes on the wire for a content type.
	 */
	enum Peer {

		/** A server of ours, or one at an address of which nothing is known. */
		OURS,
		/**
		 * A Go server. The newest go-micro loses a request now and then when it follows
		 * another on its connection without a number of its own, which
		 * {@code Micro-Stream} is to all generations (protocol reference §3.5).
		 */
		GO,
		/**
		 * A Go server, and nobody has chosen a content type: go-micro v2 never answers an
		 * error nor ends a stream in bare protobuf, while in its envelope all generations
		 * do.
		 */
		GO_OF_ITS_CHOICE,
		/** A node that names no protocol: envelopes, as Go's own client has it (§3.3). */
		OLDER_GO

	}

}
