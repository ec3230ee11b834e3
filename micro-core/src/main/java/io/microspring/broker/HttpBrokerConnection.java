package io.microspring.broker;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a publisher: one request after the other is answered once its handler
 * has returned, as go-micro does.
 */
final class HttpBrokerConnection implements Receiver {

	static final String ID = "go.micro.broker";

	/** So many requests not answered yet, and no more are read. */
	private static final int MOST_PENDING = 4;

	private static final Message HANDLED = Message.of(Metadata.empty());

	private final Socket socket;

	private final HttpBroker broker;

	/** Done when everything that came before is answered. */
	private CompletableFuture<Void> answered = CompletableFuture.completedFuture(null);

	private final AtomicInteger pending = new AtomicInteger();

	private volatile @Nullable Addressed addressed;

	HttpBrokerConnection(Socket socket, HttpBroker broker) {
		this.socket = socket;
		this.broker = broker;
	}

	@Override
	public void onMessage(Message request) {
		if (request.header(Headers.CALL_PROTOCOL) != null) {
			// gRPC and WebSocket: the engine knows them, a broker does not.
			this.socket.close();
			return;
		}
		boolean last = "close".equalsIgnoreCase(request.header("Connection"));
		answerInTurn(last, () -> handle(request));
	}

	@Override
	public void onRefused(Message head, MicroException error) {
		answerInTurn(false, () -> refused(error.code(), MicroException.of(ID, error.code(), error.detail())));
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		// A publisher has gone; what it sent is being handled.
	}

	private void answerInTurn(boolean last, Supplier<CompletableFuture<Message>> handling) {
		if (this.pending.incrementAndGet() == MOST_PENDING) {
			holdBackOrReadOn();
		}
		CompletableFuture<Message> handled = this.answered.isDone() ? handling.get()
				: this.answered.thenCompose((before) -> handling.get());
		this.answered = handled.thenAccept((reply) -> {
			send(reply, last);
			if (this.pending.getAndDecrement() == MOST_PENDING) {
				holdBackOrReadOn();
			}
		});
	}

	/**
	 * A request that comes and an answer that goes may tell the socket in the other
	 * order: whoever tells it last looks again.
	 */
	private void holdBackOrReadOn() {
		boolean reading;
		do {
			reading = this.pending.get() < MOST_PENDING;
			this.socket.reading(reading);
		}
		while (reading != this.pending.get() < MOST_PENDING);
	}

	private void send(Message reply, boolean last) {
		try {
			this.socket.send(reply);
		}
		catch (TransportException ignored) {
			// The publisher has not waited for the answer.
		}
		if (last) {
			this.socket.close();
		}
	}

	private CompletableFuture<Message> handle(Message request) {
		if (!"POST".equals(request.header(Headers.HTTP_METHOD))) {
			return refused(405, MicroException.badRequest(ID, "Method not allowed"));
		}
		Message message;
		try {
			message = Envelope.decode(request.body());
		}
		catch (IllegalArgumentException ex) {
			return refused(500,
					MicroException.internalServerError(ID, "Error parsing request body: " + ex.getMessage()));
		}
		String path = request.headers().getOrDefault(Headers.PATH, "/");
		Addressed addressed = addressed(path);
		HttpDialect dialect = addressed.dialect;
		String topic = dialect.topic(message);
		if (topic == null) {
			return refused(500, MicroException.internalServerError(ID, "Topic not found"));
		}
		String id = addressed.subscription;
		HttpSubscription subscription = this.broker.subscription(id, topic);
		if (subscription == null) {
			return unknown(id, topic);
		}
		CompletableFuture<Message> reply = new CompletableFuture<>();
		boolean taken = subscription.receive(dialect.received(message), (handled) -> {
			if (handled) {
				reply.complete(HANDLED);
			}
			else {
				unknown(id, topic).thenAccept(reply::complete);
			}
		});
		if (!taken) {
			return refused(503, MicroException.of(ID, 503, "the subscription '" + id + "' of " + topic + " has "
					+ this.broker.options().queueSize() + " messages waiting"));
		}
		return reply;
	}

	/** A publisher posts to one path again and again. */
	private Addressed addressed(String path) {
		Addressed before = this.addressed;
		if (before == null || !before.path.equals(path)) {
			before = new Addressed(path, HttpDialect.of(path), HttpDialect.subscription(path));
			this.addressed = before;
		}
		return before;
	}

	/** A publisher of ours gives the message to another member of the queue then. */
	private static CompletableFuture<Message> unknown(String id, String topic) {
		return refused(404, MicroException.notFound(ID, "no subscription '" + id + "' of " + topic));
	}

	private static CompletableFuture<Message> refused(int status, MicroException error) {
		Metadata headers = Metadata.of(Headers.HTTP_STATUS, String.valueOf(status), Headers.CONTENT_TYPE,
				"application/json");
		return CompletableFuture.completedFuture(new Message(headers, error.toText().getBytes(StandardCharsets.UTF_8)));
	}

	/**
	 * What a path says.
	 *
	 * @param path the path
	 * @param dialect what the publisher speaks
	 * @param subscription whom the message is for
	 */
	private record Addressed(String path, HttpDialect dialect, String subscription) {

	}

}
