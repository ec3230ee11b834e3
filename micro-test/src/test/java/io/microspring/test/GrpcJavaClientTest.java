package io.microspring.test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Listener;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * grpc-java calls a server that echoes, written against the socket of a call.
 */
class GrpcJavaClientTest {

	private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	};

	private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

	private Transport transport;

	private Listener listener;

	private ManagedChannel channel;

	@BeforeEach
	void open() {
		this.transport = Transport.http(HttpOptions.defaults());
		this.listener = this.transport.listen("127.0.0.1:0", (socket) -> socket.receive(new Echo(socket)));
		this.channel = NettyChannelBuilder.forTarget("dns:///" + this.listener.address())
			.usePlaintext()
			.maxInboundMessageSize(8 * 1024 * 1024)
			.build();
	}

	@AfterEach
	void close() throws InterruptedException {
		this.channel.shutdownNow();
		this.channel.awaitTermination(10, TimeUnit.SECONDS);
		this.transport.close();
	}

	@Test
	void unaryCallIsAnswered() throws InterruptedException {
		Call call = call("test.Echo/Say");
		call.sendAndEnd("hello");
		assertThat(call.message()).isEqualTo("hello");
		assertThat(call.end().isOk()).isTrue();
		assertThat(this.seen.poll(10, TimeUnit.SECONDS)).isInstanceOfSatisfying(Message.class,
				(opening) -> assertThat(opening.headers().toMap()).containsEntry(":protocol", "grpc")
					.containsEntry(":path", "/test.Echo/Say")
					.containsEntry(":method", "POST")
					.containsEntry("content-type", "application/grpc"));
	}

	@Test
	void messagesOfAStreamAreEchoedInOrder() throws InterruptedException {
		Call call = call("test.Echo/Say");
		List<String> sent = IntStream.range(0, 1000).mapToObj((i) -> "message " + i).toList();
		sent.forEach(call::send);
		call.call.halfClose();
		for (String message : sent) {
			assertThat(call.message()).isEqualTo(message);
		}
		assertThat(call.end().isOk()).isTrue();
	}

	@Test
	void largeMessageIsEchoed() throws InterruptedException {
		byte[] large = new byte[4 * 1024 * 1024];
		new Random(1).nextBytes(large);
		Call call = call("test.Echo/Say");
		call.call.sendMessage(large);
		call.call.halfClose();
		assertThat((byte[]) call.next()).isEqualTo(large);
		assertThat(call.end().isOk()).isTrue();
	}

	private Call call(String method) {
		return new Call(this.channel.newCall(MethodDescriptor.<byte[], byte[]>newBuilder()
			.setType(MethodDescriptor.MethodType.BIDI_STREAMING)
			.setFullMethodName(method)
			.setRequestMarshaller(BYTES)
			.setResponseMarshaller(BYTES)
			.build(), CallOptions.DEFAULT));
	}

	/** A call of grpc-java, read by waiting. */
	private static final class Call extends ClientCall.Listener<byte[]> {

		private final ClientCall<byte[], byte[]> call;

		private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();

		Call(ClientCall<byte[], byte[]> call) {
			this.call = call;
			call.start(this, new Metadata());
			call.request(Integer.MAX_VALUE);
		}

		void send(String text) {
			this.call.sendMessage(text.getBytes(StandardCharsets.UTF_8));
		}

		void sendAndEnd(String text) {
			send(text);
			this.call.halfClose();
		}

		Object next() throws InterruptedException {
			Object next = this.arrived.poll(20, TimeUnit.SECONDS);
			assertThat(next).as("what came in 20 s").isNotNull();
			return next;
		}

		String message() throws InterruptedException {
			Object next = next();
			assertThat(next).isInstanceOf(byte[].class);
			return new String((byte[]) next, StandardCharsets.UTF_8);
		}

		Status end() throws InterruptedException {
			return (Status) next();
		}

		@Override
		public void onMessage(byte[] message) {
			this.arrived.add(message);
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.arrived.add(status);
		}

	}

	/** Sends back what comes. */
	private final class Echo implements Receiver {

		private final Socket socket;

		Echo(Socket socket) {
			this.socket = socket;
		}

		@Override
		public void onMessage(Message message) {
			if (message.header(Headers.CALL_PROTOCOL) != null) {
				GrpcJavaClientTest.this.seen.add(message);
			}
			else if (message.header(Headers.END) != null) {
				this.socket.send(Message.of(io.microspring.message.Metadata.of(Headers.END, "", "grpc-status", "0")));
			}
			else {
				this.socket.send(message);
			}
		}

		@Override
		public void onRefused(Message head, MicroException error) {
			this.socket.send(Message.of(io.microspring.message.Metadata.of(Headers.END, "", "grpc-status", "8",
					"grpc-message", error.detail())));
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			GrpcJavaClientTest.this.seen.add((cause != null) ? cause : "closed");
		}

	}

}
