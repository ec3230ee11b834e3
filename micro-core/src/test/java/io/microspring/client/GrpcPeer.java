package io.microspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Inbox;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The other end of gRPC calls, written by hand: a test says what it answers.
 */
final class GrpcPeer implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

	private final Listener listener;

	GrpcPeer(Transport transport) {
		this.listener = transport.listen("127.0.0.1:0", (socket) -> this.calls.add(new Call(socket)));
	}

	String address() {
		return this.listener.address();
	}

	/** The next call, of which the opening has been read. */
	Call accept() throws InterruptedException {
		Call call = this.calls.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		assertThat(call).as("a call within " + PATIENCE).isNotNull();
		call.opening = call.next();
		return call;
	}

	@Override
	public void close() {
		this.listener.close();
	}

	/** One call. */
	static final class Call {

		private final Socket socket;

		private final Inbox inbox;

		private boolean ended;

		private Message opening = Message.of(Metadata.empty());

		Call(Socket socket) {
			this.socket = socket;
			this.inbox = Inbox.of(socket);
		}

		String header(String name) {
			return this.opening.header(name);
		}

		Metadata headers() {
			return this.opening.headers();
		}

		Socket socket() {
			return this.socket;
		}

		/** What came next; a message that says that it is the last counts for two. */
		Message next() throws InterruptedException {
			if (this.ended) {
				return Message.of(Metadata.of(Headers.END, ""));
			}
			Message next = this.inbox.take(PATIENCE);
			this.ended = next.body().length > 0 && next.header(Headers.END) != null;
			return next;
		}

		String text() throws InterruptedException {
			return new String(next().body(), StandardCharsets.UTF_8).strip();
		}

		void assertEnd() throws InterruptedException {
			Message end = next();
			assertThat(end.header(Headers.END)).as("end in " + end).isNotNull();
		}

		Call open() {
			return open("200", "application/grpc+json");
		}

		Call open(String status, String contentType) {
			this.socket.send(Message.of(Metadata.of(Headers.HTTP_STATUS, status, "content-type", contentType)));
			return this;
		}

		Call send(String json) {
			this.socket.send(new Message(Metadata.empty(), json.getBytes(StandardCharsets.UTF_8)));
			return this;
		}

		void end(String... trailers) {
			this.socket.send(Message.of(Metadata.of(trailers).with(Headers.END, "true")));
		}

	}

}
