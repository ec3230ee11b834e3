package io.microspring.server;

import java.nio.charset.StandardCharsets;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.transport.CallTemplate;
import io.microspring.transport.IncomingCall;
import io.microspring.transport.Multiplexed;

/**
 * A connection that carries many calls of one of our own clients at a time. Streams on it
 * come as sockets of their own ({@link CallConnection}).
 */
final class SharedConnection implements Connection, Multiplexed.Receiver {

	final RpcServer server;

	final Multiplexed connection;

	SharedConnection(RpcServer server, Multiplexed connection) {
		this.server = server;
		this.connection = connection;
	}

	@Override
	public void onCall(IncomingCall incoming) {
		if (this.server.isDraining()) {
			incoming.refuse();
			return;
		}
		SharedKind kind = kind(incoming.template());
		SharedCall shared = new SharedCall(this, kind, incoming);
		this.server.began();
		Route route = kind.route();
		MicroException error = kind.error();
		if (error != null || route == null) {
			shared.fail((error != null) ? error : MicroException.internalServerError(this.server.name(), "no route"));
			return;
		}
		ServerCall call = new ServerCall(shared, this.server, route, shared, null, shared.deadline());
		call.watchDeadline();
		this.server.execution.start(call, shared.codec(), new Message(incoming.headers(), incoming.body()));
	}

	@Override
	public void onRefused(IncomingCall incoming, MicroException error) {
		incoming.fail(MuxDialect.text(error).getBytes(StandardCharsets.UTF_8));
		this.server.counted(true);
	}

	/** Found out once for each template. */
	private SharedKind kind(CallTemplate template) {
		if (template.attachment() instanceof SharedKind known && known.isCurrent(this.server)) {
			return known;
		}
		SharedKind kind = SharedKind.of(template.headers(), this.server, this.connection);
		template.attach(kind);
		return kind;
	}

	@Override
	public void onClosed() {
		this.server.left(this.connection);
	}

	@Override
	public void closeWhenIdle() {
		this.connection.drain();
	}

	@Override
	public void stop() {
		this.connection.close();
	}

}
