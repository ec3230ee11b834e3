package io.microspring.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.server.EndpointHandler.Kind;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket that carries a single call: an opening, the messages of the call, and an end,
 * in either direction ({@link io.microspring.transport.Transport#openStream}). The
 * caller's end is a half-close: what it asked is still answered. A socket that is closed
 * earlier has cancelled the call.
 */
final class CallConnection implements Receiver, Connection, CallOrigin {

	private static final Logger log = LoggerFactory.getLogger(CallConnection.class);

	private final RpcServer server;

	private final Socket socket;

	/** The opening is sent once, before whatever thread has something to say first. */
	private final ReentrantLock sending = new ReentrantLock();

	private boolean opened;

	/** Whether the opening has been sent, so that messages need not wait for it. */
	private volatile boolean flowing;

	private @Nullable CallDialect dialect;

	private volatile @Nullable ServerCall call;

	private @Nullable Codec codec;

	/** Whether the handler has begun; belongs to the thread that receives. */
	private boolean begun;

	CallConnection(RpcServer server, Socket socket) {
		this.server = server;
		this.socket = socket;
	}

	@Override
	public Socket socket() {
		return this.socket;
	}

	@Override
	public boolean keepsMessages() {
		return true;
	}

	@Override
	public void onMessage(Message message) {
		ServerCall current = this.call;
		if (this.dialect == null) {
			open(message);
		}
		else if (current == null || current.isAnswered()) {
			// Refused or answered: what the caller still sends is of no use.
			log.trace("{} sends on after its answer", this.socket.remote());
			drop(message);
		}
		else if (message.headers().contains(Headers.END)) {
			if (message.body().length > 0) {
				received(current, message);
			}
			ended(current);
		}
		else {
			received(current, message);
		}
	}

	@Override
	public void onRefused(Message head, MicroException error) {
		ServerCall current = this.call;
		if (this.dialect == null) {
			open(head);
			current = this.call;
		}
		if (current == null) {
			return;
		}
		ServerStream stream = current.openStream();
		if (stream != null && this.begun) {
			stream.refused(error);
		}
		else {
			fail(current, error);
		}
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		ServerCall current = this.call;
		if (current != null) {
			ServerStream stream = current.openStream();
			if (stream != null) {
				stream.broken(cause);
			}
			if (!this.begun) {
				fail(current, MicroException.of(this.server.name(), 499, "the caller has gone"));
			}
		}
		this.server.left(this.socket);
	}

	private void open(Message opening) {
		CallDialect spoken = CallDialect.of(opening, this.server);
		this.dialect = spoken;
		try {
			Route route = spoken.route(this.server.routes);
			if (this.server.isDraining()) {
				throw MicroException.of(this.server.name(), 503, this.server.name() + " is stopping");
			}
			this.codec = spoken.codec();
			ServerCall next = new ServerCall(this, this.server, route, spoken, spoken.metadata(this.socket),
					spoken.deadline());
			if (route.streams()) {
				next.stream(new ServerStream(next, this.codec, new ReadGate(this.socket), () -> {
				}));
			}
			this.server.began(route);
			this.call = next;
			next.watchDeadline();
			if (spoken.opensAtOnce()) {
				openAnswer(next);
			}
			if (route.handler().kind() == Kind.BIDI) {
				begin(next, opening);
			}
		}
		catch (MicroException ex) {
			this.server.counted(true);
			reply(null, spoken.failure(ex));
		}
	}

	private void received(ServerCall current, Message message) {
		ServerStream stream = current.openStream();
		if (stream != null) {
			stream.onMessage(message);
		}
		else {
			drop(message);
		}
		if (!this.begun) {
			current.received(message);
			begin(current, message);
		}
		else if (current.route.handler().kind() != Kind.BIDI) {
			fail(current, MicroException.badRequest(this.server.name(),
					current.endpoint() + " takes one message, and another came"));
		}
	}

	/** No window holds it. */
	private void drop(Message message) {
		this.socket.taken(1, message.body().length);
	}

	private void ended(ServerCall current) {
		CallDialect spoken = this.dialect;
		boolean takesNone = current.route.handler().requestType() == Void.class;
		Message empty = (this.begun || takesNone || spoken == null) ? null : spoken.emptyRequest();
		if (empty != null) {
			received(current, empty);
		}
		ServerStream stream = current.openStream();
		if (stream != null) {
			stream.halfClosed();
		}
		if (this.begun) {
			return;
		}
		if (takesNone) {
			begin(current, Message.of(Metadata.empty()));
		}
		else {
			fail(current, MicroException.badRequest(this.server.name(),
					current.endpoint() + " takes one message, and none came"));
		}
	}

	private void begin(ServerCall current, Message message) {
		this.begun = true;
		Codec chosen = this.codec;
		if (chosen != null) {
			this.server.execution.start(current, chosen, message);
		}
	}

	private void fail(ServerCall current, MicroException error) {
		current.answer(current.dialect.failure(error), true);
	}

	@Override
	public void send(ServerCall current, Message body) {
		if (!this.flowing) {
			openAnswer(current);
		}
		this.socket.send(current.dialect.part(body));
	}

	@Override
	public void finish(ServerCall current, Message answer, boolean failed) {
		ServerStream stream = current.openStream();
		if (stream != null) {
			stream.ended();
		}
		if (!current.route.internal()) {
			this.server.counted(failed);
		}
		try {
			reply(current, answer);
		}
		finally {
			this.server.ended(current.route);
		}
	}

	/** Sends the rest: the answer if there is one, and the end. */
	private void reply(@Nullable ServerCall answered, Message answer) {
		this.sending.lock();
		try {
			if (answered == null) {
				this.socket.send(answer);
			}
			else {
				this.socket.sendAll(rest(answered, answer));
			}
		}
		catch (TransportException ex) {
			log.debug("{} has gone before its answer", this.socket.remote());
		}
		finally {
			this.sending.unlock();
		}
		this.socket.close();
	}

	private List<Message> rest(ServerCall answered, Message answer) {
		List<Message> rest = new ArrayList<>(3);
		boolean only = answer.headers().contains(Headers.END);
		CallDialect spoken = this.dialect;
		if (!this.opened && spoken != null && (!only || !answered.responseHeaders().isEmpty())) {
			this.opened = true;
			rest.add(spoken.opening(answered.responseHeaders()));
		}
		Message end = answer;
		if (!only) {
			rest.add(answer);
			end = answered.dialect.end();
		}
		Metadata trailers = answered.responseTrailers();
		rest.add(trailers.isEmpty() ? end : new Message(end.headers().withAll(trailers), end.body()));
		return rest;
	}

	private void openAnswer(ServerCall current) {
		CallDialect spoken = this.dialect;
		this.sending.lock();
		try {
			if (!this.opened && spoken != null) {
				this.opened = true;
				this.socket.send(spoken.opening(current.responseHeaders()));
				this.flowing = true;
			}
		}
		finally {
			this.sending.unlock();
		}
	}

	/** The call ends by itself, and the socket with it. */
	@Override
	public void closeWhenIdle() {
		if (this.call == null) {
			this.socket.close();
		}
	}

	@Override
	public void stop() {
		ServerCall current = this.call;
		if (current != null) {
			fail(current, MicroException.of(this.server.name(), 503, this.server.name() + " is stopping"));
		}
		this.socket.close();
	}

}
