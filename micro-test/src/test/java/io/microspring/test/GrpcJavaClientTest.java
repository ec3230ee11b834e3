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
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

	@Test
	void messagesAreCompressedEitherWay() throws InterruptedException {
		Call call = call("test.Echo/Compressed", CallOptions.DEFAULT.withCompression("gzip"));
		call.call.setMessageCompression(true);
		String text = "compress me ".repeat(1000);
		call.sendAndEnd(text);
		assertThat(call.message()).isEqualTo(text);
		assertThat(call.end().isOk()).isTrue();
		assertThat(this.seen.poll(10, TimeUnit.SECONDS)).isInstanceOfSatisfying(Message.class,
				(opening) -> assertThat(opening.header("grpc-encoding")).isEqualTo("gzip"));
		assertThat(this.seen.poll(10, TimeUnit.SECONDS)).isEqualTo("compressed");
	}

	@Test
	void callerThatCancelsIsToldToTheServer() throws InterruptedException {
		Call call = call("test.Echo/Say");
		call.send("hello");
		assertThat(call.message()).isEqualTo("hello");
		call.call.cancel("enough", null);
		assertThat(call.end().getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(this.seen.poll(10, TimeUnit.SECONDS)).isInstanceOf(Message.class);
		assertThat(this.seen.poll(10, TimeUnit.SECONDS)).isInstanceOf(TransportException.class);
	}

	@Test
	void messageOverTheLimitIsRefusedAndTheNextCallIsServed() throws InterruptedException {
		Call call = call("test.Echo/Say");
		call.call.sendMessage(new byte[4 * 1024 * 1024 + 1]);
		Status refused = call.end();
		assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
		assertThat(refused.getDescription()).contains("the limit is " + 4 * 1024 * 1024);
		Call next = call("test.Echo/Say");
		next.sendAndEnd("fine");
		assertThat(next.message()).isEqualTo("fine");
	}

	@Test
	void callerThatReadsSlowlyGetsEverything() throws InterruptedException {
		Call call = new Call(this.channel.newCall(method("test.Echo/Say"), CallOptions.DEFAULT), 1);
		byte[] part = new byte[256 * 1024];
		for (int i = 0; i < 40; i++) {
			call.call.sendMessage(part);
		}
		call.call.halfClose();
		Call other = call("test.Echo/Say");
		other.sendAndEnd("not held back");
		assertThat(other.message()).isEqualTo("not held back");
		for (int i = 0; i < 40; i++) {
			assertThat((byte[]) call.next()).hasSameSizeAs(part);
			call.call.request(1);
		}
		assertThat(call.end().isOk()).isTrue();
	}

	@Test
	void callUnderWayEndsWellWhenTheServerGoesAway() throws InterruptedException {
		Call call = call("test.Echo/Say");
		call.send("before");
		assertThat(call.message()).isEqualTo("before");
		this.listener.close();
		call.sendAndEnd("after");
		assertThat(call.message()).isEqualTo("after");
		assertThat(call.end().isOk()).isTrue();
		// A call that begins before the caller has heard is served as well.
		await().until(() -> outcome(call("test.Echo/Say")) == Status.Code.UNAVAILABLE);
	}

	private static Status.Code outcome(Call call) throws InterruptedException {
		call.sendAndEnd("late");
		Object next = call.next();
		while (!(next instanceof Status)) {
			next = call.next();
		}
		return ((Status) next).getCode();
	}

	private Call call(String method) {
		return call(method, CallOptions.DEFAULT);
	}

	private Call call(String method, CallOptions options) {
		return new Call(this.channel.newCall(method(method), options), Integer.MAX_VALUE);
	}

	private static MethodDescriptor<byte[], byte[]> method(String name) {
		return MethodDescriptor.<byte[], byte[]>newBuilder()
			.setType(MethodDescriptor.MethodType.BIDI_STREAMING)
			.setFullMethodName(name)
			.setRequestMarshaller(BYTES)
			.setResponseMarshaller(BYTES)
			.build();
	}

	/** A call of grpc-java, read by waiting. */
	private static final class Call extends ClientCall.Listener<byte[]> {

		private final ClientCall<byte[], byte[]> call;

		private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();

		Call(ClientCall<byte[], byte[]> call, int wanted) {
			this.call = call;
			call.start(this, new Metadata());
			call.request(wanted);
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
				if ("/test.Echo/Compressed".equals(message.header(Headers.PATH))) {
					this.socket.send(Message
						.of(io.microspring.message.Metadata.of(Headers.HTTP_STATUS, "200", "grpc-encoding", "gzip")));
				}
			}
			else if (message.header(Headers.END) != null) {
				this.socket.send(Message.of(io.microspring.message.Metadata.of(Headers.END, "", "grpc-status", "0")));
			}
			else {
				if ("true".equals(message.header(Headers.COMPRESSED))) {
					GrpcJavaClientTest.this.seen.add("compressed");
				}
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
