package io.microspring.server;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

import io.microspring.call.Deadline;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.IncomingCall;
import io.microspring.transport.Socket;
import org.jspecify.annotations.Nullable;

/**
 * A call with one request and one answer on a connection that it shares with others: how
 * it is read and written, and where its answer goes.
 */
final class SharedCall implements CallOrigin, Dialect {

	private static final Codec.Header RESPONSE = Codec.Header.of(Codec.Kind.RESPONSE);

	private final SharedConnection connection;

	private final SharedKind kind;

	private final IncomingCall incoming;

	/** The number in an older envelope, which the answer repeats. */
	private volatile @Nullable String enveloped;

	SharedCall(SharedConnection connection, SharedKind kind, IncomingCall incoming) {
		this.connection = connection;
		this.kind = kind;
		this.incoming = incoming;
	}

	Deadline deadline() {
		long nanos = this.incoming.timeoutNanos();
		return (nanos == 0) ? Deadline.NONE : Deadline.afterNanos(nanos);
	}

	// where it came from

	@Override
	public Socket socket() {
		throw new IllegalStateException("A call on a connection that others share has no socket of its own");
	}

	@Override
	public String remote() {
		return this.connection.connection.remote();
	}

	@Override
	public boolean isWaiting(ServerCall call) {
		return this.incoming.isWaiting();
	}

	@Override
	public Metadata metadata(ServerCall call) {
		Metadata.Builder metadata = this.incoming.headers()
			.toBuilder()
			.setAll(this.kind.metadata())
			.set(Headers.ID, Integer.toString(this.incoming.id()));
		long nanos = this.incoming.timeoutNanos();
		if (nanos != 0) {
			metadata.set(Headers.TIMEOUT, Long.toString(nanos));
		}
		return metadata.build();
	}

	@Override
	public @Nullable Metadata propagated(ServerCall call) {
		return this.incoming.headers().isEmpty() ? this.kind.propagated() : null;
	}

	@Override
	public void send(ServerCall call, Message body) {
		throw new IllegalStateException(call.endpoint() + " does not stream");
	}

	@Override
	public void finish(ServerCall call, Message answer, boolean failed) {
		end(answer, failed);
	}

	/** Answers with an error before there is a call. */
	void fail(MicroException error) {
		end(failure(error), true);
	}

	private void end(Message answer, boolean failed) {
		this.connection.server.counted(failed);
		if (failed) {
			this.incoming.fail(answer.body());
		}
		else {
			this.incoming.answer(answer.headers(), answer.body());
		}
		this.connection.server.ended();
	}

	// how it is written

	@Override
	public Route route(Routes routes) {
		return Objects.requireNonNull(this.kind.route());
	}

	@Override
	public Codec codec() {
		return Objects.requireNonNull(this.kind.codec());
	}

	@Override
	public Codec.Incoming read(Message message) {
		Codec.Incoming read = codec().read(Codec.Kind.REQUEST, message);
		String id = read.header().id();
		if (!id.isEmpty()) {
			this.enveloped = id;
		}
		return read;
	}

	@Override
	public Codec.Header answer() {
		String id = this.enveloped;
		return (id == null) ? RESPONSE : new Codec.Header(Codec.Kind.RESPONSE, id, "", "", null);
	}

	@Override
	public Message success(Message body, Metadata headers) {
		return headers.isEmpty() ? body : new Message(headers.withAll(body.headers()), body.body());
	}

	@Override
	public Message failure(MicroException error) {
		return new Message(Metadata.empty(), MuxDialect.text(error).getBytes(StandardCharsets.UTF_8));
	}

	@Override
	public Message part(Message body) {
		return body;
	}

	@Override
	public Message end() {
		return Message.of(Metadata.empty());
	}

	@Override
	public boolean ordered() {
		return false;
	}

	/** As over mucp's other connections: errors are told in the same words. */
	@Override
	public boolean streams() {
		return true;
	}

}
