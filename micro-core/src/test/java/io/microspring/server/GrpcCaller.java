package io.microspring.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.MessageLite;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The caller's end of a gRPC call, message by message.
 */
final class GrpcCaller implements Receiver, AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final BlockingQueue<Message> arrived = new LinkedBlockingQueue<>();

	final CompletableFuture<String> closed = new CompletableFuture<>();

	private final Socket socket;

	private GrpcCaller(Socket socket) {
		this.socket = socket;
		socket.receive(this);
	}

	/** Opens a call with the headers given beside what every call has. */
	static GrpcCaller open(Transport transport, String address, String path, String... headers) {
		Socket socket = transport.openStream(address, PATIENCE).join();
		GrpcCaller caller = new GrpcCaller(socket);
		socket.send(
				Message.of(Metadata
					.of(Headers.CALL_PROTOCOL, "grpc", Headers.HTTP_METHOD, "POST", Headers.PATH, path, "content-type",
							"application/grpc+json", "te", "trailers")
					.withAll(Metadata.of(headers))));
		return caller;
	}

	GrpcCaller send(String json) {
		return send(new Message(Metadata.empty(), json.getBytes(StandardCharsets.UTF_8)));
	}

	GrpcCaller send(MessageLite message) {
		return send(new Message(Metadata.empty(), message.toByteArray()));
	}

	GrpcCaller end() {
		return send(Message.of(Metadata.of(Headers.END, "")));
	}

	private GrpcCaller send(Message message) {
		try {
			this.socket.send(message);
		}
		catch (TransportException ex) {
			// The server may have answered already, and ended the call.
			assertThat(this.closed).succeedsWithin(PATIENCE);
		}
		return this;
	}

	Message next() {
		try {
			return Objects.requireNonNull(this.arrived.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS),
					"nothing came, and it is " + this.closed);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The text of the next message. */
	String text() {
		return new String(next().body(), StandardCharsets.UTF_8).strip();
	}

	/** What the call ends with, as nothing else comes before it. */
	Metadata trailers() {
		Metadata last = next().headers();
		if (!last.contains(Headers.END)) {
			throw new AssertionError("no end but " + last);
		}
		return last;
	}

	boolean isEmpty() {
		return this.arrived.isEmpty();
	}

	@Override
	public void onMessage(Message message) {
		this.arrived.add(message);
	}

	@Override
	public void onClosed(Throwable cause) {
		this.closed.complete(String.valueOf(cause));
	}

	@Override
	public void close() {
		this.socket.close();
	}

}
