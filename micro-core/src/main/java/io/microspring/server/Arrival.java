package io.microspring.server;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import org.jspecify.annotations.Nullable;

/**
 * A socket of which nothing is known yet: its first message says whether it carries a
 * single call or the messages of a connection.
 */
final class Arrival implements Receiver, Connection {

	private final RpcServer server;

	private final Socket socket;

	Arrival(RpcServer server, Socket socket) {
		this.server = server;
		this.socket = socket;
	}

	@Override
	public void onMessage(Message message) {
		become(message.header(Headers.CALL_PROTOCOL)).onMessage(message);
	}

	@Override
	public void onRefused(Message head, MicroException error) {
		become(head.header(Headers.CALL_PROTOCOL)).onRefused(head, error);
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		this.server.left(this.socket);
	}

	@Override
	public void closeWhenIdle() {
		this.socket.close();
	}

	@Override
	public void stop() {
		this.socket.close();
	}

	private Receiver become(@Nullable String protocol) {
		if (protocol == null) {
			ServerConnection connection = new ServerConnection(this.server, this.socket);
			return installed(connection, connection);
		}
		CallConnection call = new CallConnection(this.server, this.socket);
		return installed(call, call);
	}

	private Receiver installed(Receiver receiver, Connection connection) {
		this.server.arrived(this.socket, connection);
		this.socket.receive(receiver);
		return receiver;
	}

}
