package io.microspring.transport;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A listening HTTP transport that records what it receives and answers as it is told:
 * with the request's body by default, and with an error to what was refused.
 */
final class RecordingServer implements AutoCloseable {

	final BlockingQueue<Message> received = new LinkedBlockingQueue<>();

	final BlockingQueue<MicroException> refused = new LinkedBlockingQueue<>();

	final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();

	final BlockingQueue<Socket> halfClosed = new LinkedBlockingQueue<>();

	final BlockingQueue<Socket> closed = new LinkedBlockingQueue<>();

	/** What ended the sockets, in the order of {@link #closed}; empty for a good end. */
	final BlockingQueue<Optional<Throwable>> causes = new LinkedBlockingQueue<>();

	private final Transport transport;

	private final Listener listener;

	private volatile BiConsumer<Socket, Message> handler = (socket, request) -> socket
		.send(new Message(Metadata.empty(), request.body()));

	RecordingServer(HttpOptions options) {
		this.transport = Transport.http(options);
		this.listener = this.transport.listen("127.0.0.1:0", (socket) -> {
			this.accepted.add(socket);
			socket.receive(new Recorder(socket));
		});
	}

	RecordingServer answering(BiConsumer<Socket, Message> handler) {
		this.handler = handler;
		return this;
	}

	RawConnection dial() throws java.io.IOException {
		return RawConnection.to(this.listener.address());
	}

	void stopListening() {
		this.listener.close();
	}

	String address() {
		return this.listener.address();
	}

	Message takeRequest() throws InterruptedException {
		return take(this.received);
	}

	static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
		T taken = queue.poll(10, TimeUnit.SECONDS);
		assertThat(taken).as("what came in 10 s").isNotNull();
		return taken;
	}

	static HttpOptions options() {
		return HttpOptions.defaults();
	}

	static HttpOptions impatient() {
		return options().withReadTimeout(Duration.ofMillis(300)).withIdleTimeout(Duration.ofSeconds(10));
	}

	@Override
	public void close() {
		this.transport.close();
	}

	private final class Recorder implements Receiver {

		private final Socket socket;

		Recorder(Socket socket) {
			this.socket = socket;
		}

		@Override
		public void onMessage(Message message) {
			// before the test sees the message and sets another
			BiConsumer<Socket, Message> handler = RecordingServer.this.handler;
			RecordingServer.this.received.add(message);
			handler.accept(this.socket, message);
		}

		@Override
		public void onRefused(Message head, MicroException error) {
			RecordingServer.this.refused.add(error);
			this.socket.send(new Message(Metadata.of(Headers.HTTP_STATUS, "" + error.code(), Headers.PATH,
					String.valueOf(head.header(Headers.PATH))), error.toText().getBytes()));
		}

		@Override
		public void onHalfClosed() {
			RecordingServer.this.halfClosed.add(this.socket);
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			RecordingServer.this.causes.add(Optional.ofNullable(cause));
			RecordingServer.this.closed.add(this.socket);
		}

	}

}
