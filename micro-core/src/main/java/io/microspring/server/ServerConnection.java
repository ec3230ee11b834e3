package io.microspring.server;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the server: tells requests, messages of streams and events apart, and
 * keeps the answers of plain HTTP in order. mucp is answered in the order of completion
 * (protocol reference §3.5).
 */
final class ServerConnection implements Receiver, Connection, CallOrigin {

	private static final Logger log = LoggerFactory.getLogger(ServerConnection.class);

	/** As many as go-micro buffers for a connection; then it is not read on. */
	private static final int MOST_UNDER_WAY = 128;

	private final RpcServer server;

	private final Socket socket;

	/** Streams under way, by {@code Micro-Stream}, else {@code Micro-Id}. */
	private final Map<String, ServerStream> streams = new ConcurrentHashMap<>();

	/** Streams that have ended, whose callers may not have heard of it yet. */
	private final Set<String> past = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {

		private static final long serialVersionUID = 1L;

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
			return size() > MOST_UNDER_WAY;
		}

	}));

	/** Answers that must be given in order: null until they are known. */
	private final Deque<Slot> ordered = new ArrayDeque<>();

	private final ReentrantLock orderLock = new ReentrantLock();

	private final AtomicInteger underWay = new AtomicInteger();

	/** Calls and events under way, not streams: these end without being sent more. */
	private final AtomicInteger bounded = new AtomicInteger();

	private final ReadGate gate;

	private volatile boolean closeWhenIdle;

	ServerConnection(RpcServer server, Socket socket) {
		this.server = server;
		this.socket = socket;
		this.gate = new ReadGate(socket);
	}

	@Override
	public Socket socket() {
		return this.socket;
	}

	@Override
	public void onMessage(Message message) {
		RequestHead head = RequestHead.of(message.headers());
		if (head.connection != null && head.connection.equalsIgnoreCase("close")) {
			this.closeWhenIdle = true;
		}
		if (head.topic != null && !head.topic.isEmpty()) {
			event(head.topic, message);
			return;
		}
		if (!this.streams.isEmpty()) {
			ServerStream stream = this.streams.get(head.key());
			if (stream != null) {
				stream.onMessage(message);
				return;
			}
		}
		if (Headers.END_OF_STREAM.equals(head.error) || head.stream != null && this.past.contains(head.key())) {
			// It belongs to a stream that has ended here already, and begins nothing.
			return;
		}
		request(head, message);
	}

	@Override
	public void onRefused(Message refused, MicroException error) {
		RequestHead head = RequestHead.of(refused.headers());
		ServerStream stream = this.streams.get(head.key());
		if (stream != null) {
			// The handler must not take what is left for all there was.
			stream.refused(error);
			return;
		}
		Dialect dialect = Dialect.of(refused, head, this.server.codecs, this.server.routes);
		begin(dialect);
		this.server.counted(true);
		reply(dialect, dialect.failure(error));
		ended();
	}

	/**
	 * What was called may still be answered; a stream whose caller sends no more has lost
	 * it, as go-micro's clients end both directions together.
	 */
	@Override
	public void onHalfClosed() {
		this.streams.values().forEach((stream) -> stream.broken(null));
		closeWhenIdle();
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		this.streams.values().forEach((stream) -> stream.broken(cause));
		this.streams.clear();
		this.server.left(this.socket);
	}

	@Override
	public void stop() {
		for (ServerStream stream : this.streams.values()) {
			stream.fail(MicroException.of(this.server.name(), 503, this.server.name() + " is stopping"));
		}
		this.socket.close();
	}

	@Override
	public void closeWhenIdle() {
		this.closeWhenIdle = true;
		if (this.underWay.get() == 0) {
			this.socket.close();
		}
	}

	private void request(RequestHead head, Message message) {
		Dialect dialect = Dialect.of(message, head, this.server.codecs, this.server.routes);
		begin(dialect);
		Route route;
		Codec codec;
		try {
			route = dialect.route(this.server.routes);
			codec = dialect.codec();
			if (route.streams() && !dialect.streams()) {
				throw MicroException.of(this.server.name(), 501, route.endpoint()
						+ " streams, which plain HTTP cannot: call it by gRPC, on a WebSocket or with a go-micro client");
			}
			if (route.streams() && this.streams.size() >= MOST_UNDER_WAY) {
				throw MicroException.of(this.server.name(), 429,
						"more than " + MOST_UNDER_WAY + " streams on one connection");
			}
		}
		catch (MicroException ex) {
			if (head.stream != null) {
				this.past.add(head.key());
			}
			this.server.counted(true);
			reply(dialect, dialect.failure(ex));
			ended();
			return;
		}
		ServerCall call = ServerCall.of(this, this.server, route, dialect, message.headers(), head);
		if (route.streams()) {
			ServerStream stream = new ServerStream(call, codec, this.gate, () -> {
				if (head.stream != null) {
					this.past.add(head.key());
				}
				this.streams.remove(head.key());
			});
			call.stream(stream);
			this.streams.put(head.key(), stream);
		}
		else {
			boundedBegan();
		}
		call.watchDeadline();
		this.server.execution.start(call, codec, message);
	}

	@Override
	public void send(ServerCall call, Message body) {
		this.socket.send(call.dialect.part(body));
	}

	@Override
	public void finish(ServerCall call, Message answer, boolean failed) {
		ServerStream stream = call.openStream();
		if (stream != null) {
			stream.ended();
		}
		else {
			boundedEnded();
		}
		// First, so that who has its answer finds it counted.
		this.server.counted(failed);
		reply(call.dialect, answer);
		ended();
	}

	private void boundedBegan() {
		if (this.bounded.incrementAndGet() == MOST_UNDER_WAY) {
			this.gate.reading(false);
		}
	}

	private void boundedEnded() {
		if (this.bounded.getAndDecrement() == MOST_UNDER_WAY) {
			this.gate.reading(true);
		}
	}

	private void event(String topic, Message message) {
		this.underWay.incrementAndGet();
		this.server.began();
		boundedBegan();
		Metadata reply = message.headers()
			.toBuilder()
			.remove(Headers.PATH)
			.remove(Headers.HTTP_METHOD)
			.remove("Content-Length")
			.remove("Transfer-Encoding")
			.build();
		try {
			this.server.executor().execute(() -> delivered(reply, deliver(topic, message)));
		}
		catch (RejectedExecutionException ex) {
			delivered(reply, "too busy: " + ex.getMessage());
		}
	}

	/** What failed, in the words of go-micro; null when nothing did. */
	private @Nullable String deliver(String topic, Message message) {
		List<String> failures = this.server.subscribers.deliver(topic, message);
		return failures.isEmpty() ? null : "subscriber error: " + String.join("\n", failures);
	}

	private void delivered(Metadata reply, @Nullable String problem) {
		send(Message.of((problem == null) ? reply
				: reply.with(Headers.ERROR, MicroException.internalServerError(this.server.name(), problem).toText())));
		boundedEnded();
		ended();
	}

	private void begin(Dialect dialect) {
		this.underWay.incrementAndGet();
		this.server.began();
		if (dialect.ordered()) {
			this.orderLock.lock();
			try {
				this.ordered.add(new Slot(dialect));
			}
			finally {
				this.orderLock.unlock();
			}
		}
	}

	private void ended() {
		this.server.ended();
		if (this.underWay.decrementAndGet() == 0 && this.closeWhenIdle) {
			this.socket.close();
		}
	}

	private void reply(Dialect dialect, Message answer) {
		if (!dialect.ordered()) {
			send(answer);
			return;
		}
		this.orderLock.lock();
		try {
			for (Slot slot : this.ordered) {
				if (slot.dialect == dialect) {
					slot.answer = answer;
				}
			}
			for (Slot first = this.ordered.peek(); first != null && first.answer != null; first = this.ordered.peek()) {
				send(first.answer);
				this.ordered.poll();
			}
		}
		finally {
			this.orderLock.unlock();
		}
	}

	private void send(Message message) {
		try {
			boolean goodbye = this.closeWhenIdle || this.server.isDraining();
			this.socket.send(goodbye ? message.withHeader("Connection", "close") : message);
			if (this.server.isDraining()) {
				this.closeWhenIdle = true;
			}
		}
		catch (TransportException ex) {
			log.debug("{} has gone before its answer", this.socket.remote());
		}
	}

	private static final class Slot {

		private final Dialect dialect;

		private @Nullable Message answer;

		Slot(Dialect dialect) {
			this.dialect = dialect;
		}

	}

}
