package io.microspring.test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.server.Handler;
import io.microspring.server.ServerOptions;
import io.microspring.test.transport.Message;
import io.microspring.transport.Inbox;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The grpc transport with peers that are written with grpc-java, as go-micro's are with
 * Go's gRPC: they know one of the two paths, or neither.
 */
class GrpcTransportPeersTest {

	private static final String NEWER = "go.micro.transport.grpc.Transport";

	private static final String OLDER = "go.micro.grpc.transport.Transport";

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@ParameterizedTest
	@ValueSource(strings = { NEWER, OLDER })
	void messagesReachANodeOfEitherPath(String service) throws Exception {
		try (Peer peer = new Peer(service); Transport transport = Transport.grpc()) {
			for (int round = 0; round < 3; round++) {
				Socket socket = transport.dial(peer.address(), PATIENCE).get(10, TimeUnit.SECONDS);
				List<String> sent = IntStream.range(0, 100).mapToObj((i) -> "message " + i).toList();
				sent.forEach((text) -> socket.send(TransportFixture.text(text)));
				Inbox inbox = Inbox.of(socket);
				for (String text : sent) {
					assertThat(TransportFixture.text(inbox.take(PATIENCE))).isEqualTo("echo " + text);
				}
				socket.close();
			}
			assertThat(peer.unknown).as("the path that the node does not know is tried once")
				.hasSize(service.equals(OLDER) ? 1 : 0);
		}
	}

	@Test
	void largeMessageIsNotLostOnTheWrongPath() throws Exception {
		try (Peer peer = new Peer(OLDER); Transport transport = Transport.grpc()) {
			String large = "x".repeat(3 * 1024 * 1024);
			Socket socket = transport.dial(peer.address(), PATIENCE).get(10, TimeUnit.SECONDS);
			Inbox inbox = Inbox.of(socket);
			socket.send(TransportFixture.text(large));
			assertThat(TransportFixture.text(inbox.take(PATIENCE))).isEqualTo("echo " + large);
		}
	}

	@Test
	void nodeThatKnowsNeitherPathIsNamed() throws Exception {
		try (Peer peer = new Peer("other.Service"); Transport transport = Transport.grpc()) {
			Socket socket = transport.dial(peer.address(), PATIENCE).get(10, TimeUnit.SECONDS);
			socket.send(TransportFixture.text("lost"));
			TransportFixture.Messages receiver = new TransportFixture.Messages((message) -> {
			});
			socket.receive(receiver);
			TransportFixture.eventually().until(() -> receiver.closed().get() == 1);
			assertThat(receiver.cause())
				.isInstanceOfSatisfying(TransportException.class, (ex) -> assertThat(ex.isUnsent()).isTrue())
				.hasMessageContaining(peer.address())
				.hasMessageContaining("gRPC status 12");
			assertThat(peer.unknown).containsExactly(NEWER + "/Stream", OLDER + "/Stream");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { NEWER, OLDER })
	void bothPathsAreServedOnThePortOfHttp(String service) throws Exception {
		try (Registry registry = Registry.memory(); io.microspring.server.Server server = greeter(registry)) {
			ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + server.address()).usePlaintext().build();
			BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
			StreamObserver<Message> requests = ClientCalls
				.asyncBidiStreamingCall(channel.newCall(method(service), CallOptions.DEFAULT), into(answers));
			for (int i = 0; i < 3; i++) {
				requests.onNext(Message.newBuilder()
					.putHeader("Micro-Service", "greeter")
					.putHeader("Micro-Endpoint", "Say.Hello")
					.putHeader("Micro-Id", "" + i)
					.putHeader("Content-Type", "application/json")
					.putHeader("X-Mine", "x")
					.setBody(ByteString.copyFromUtf8("\"n" + i + "\""))
					.build());
				Message answer = (Message) answers.poll(10, TimeUnit.SECONDS);
				assertThat(answer.getBody().toStringUtf8().strip()).isEqualTo("\"Hello n" + i + "\"");
				assertThat(answer.getHeaderMap())
					.isEqualTo(Map.of("Micro-Id", "" + i, "X-Micro-Id", "" + i, "Content-Type", "application/json"));
			}
			requests.onCompleted();
			assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("end");
			channel.shutdownNow();
			assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
		}
	}

	@Test
	void clientCallsOverTheGrpcTransport() {
		try (Registry registry = Registry.memory();
				io.microspring.server.Server server = greeter(registry);
				Transport transport = Transport.grpc();
				Client client = Client.builder(registry).transport(transport).build()) {
			server.register();
			for (int i = 0; i < 50; i++) {
				assertThat(client.call(Request.of("greeter", "Say.Hello", "n" + i), String.class))
					.isEqualTo("Hello n" + i);
			}
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(Request.of("greeter", "Say.Hello", "bad"), String.class))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400));
			assertThat(client.stats().connectionsIdle()).isEqualTo(1);
		}
	}

	@Test
	void clientCallsAnOlderNodeOverTheGrpcTransport() throws Exception {
		try (Peer peer = new Peer(OLDER);
				Registry registry = Registry.memory();
				Transport transport = Transport.grpc();
				Client client = Client.builder(registry).transport(transport).build()) {
			registry.register(Service.of("older", "1", new Node("older-1", peer.address(), Map.of("protocol", "mucp"))),
					Duration.ZERO);
			List<CompletableFuture<String>> answers = IntStream.range(0, 50)
				.mapToObj((i) -> client.callAsync(Request.of("older", "Say.Hello", "n" + i), String.class,
						io.microspring.client.CallOptions.defaults().withContentType("application/json")))
				.toList();
			for (int i = 0; i < answers.size(); i++) {
				assertThat(answers.get(i).get(10, TimeUnit.SECONDS)).isEqualTo("n" + i);
			}
		}
	}

	private static io.microspring.server.Server greeter(Registry registry) {
		io.microspring.server.Server server = io.microspring.server.Server.builder(registry)
			.options(ServerOptions.named("greeter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.named("Say").unary("Hello", String.class, String.class, (call) -> {
				if ("bad".equals(call.request())) {
					throw MicroException.badRequest("greeter", "bad name");
				}
				return "Hello " + call.request();
			}).build());
		server.start();
		return server;
	}

	private static MethodDescriptor<Message, Message> method(String service) {
		return MethodDescriptor.<Message, Message>newBuilder()
			.setType(MethodType.BIDI_STREAMING)
			.setFullMethodName(service + "/Stream")
			.setRequestMarshaller(ProtoUtils.marshaller(Message.getDefaultInstance()))
			.setResponseMarshaller(ProtoUtils.marshaller(Message.getDefaultInstance()))
			.build();
	}

	private static StreamObserver<Message> into(BlockingQueue<Object> answers) {
		return new StreamObserver<>() {

			@Override
			public void onNext(Message value) {
				answers.add(value);
			}

			@Override
			public void onError(Throwable failure) {
				answers.add(failure);
			}

			@Override
			public void onCompleted() {
				answers.add("end");
			}

		};
	}

	/** Echoes; text gets a word before it. */
	private static final class Peer implements AutoCloseable {

		/** Methods that were asked for and that it does not know. */
		private final List<String> unknown = new CopyOnWriteArrayList<>();

		private final Server server;

		Peer(String service) throws IOException {
			this.server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
				.addService(ServerServiceDefinition.builder(service)
					.addMethod(method(service), ServerCalls.asyncBidiStreamingCall(Peer::echo))
					.build())
				.fallbackHandlerRegistry(new HandlerRegistry() {
					@Override
					public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name,
							@Nullable String authority) {
						Peer.this.unknown.add(name);
						return null;
					}
				})
				.build()
				.start();
		}

		private static StreamObserver<Message> echo(StreamObserver<Message> answers) {
			return new StreamObserver<>() {

				@Override
				public void onNext(Message value) {
					boolean text = "text/plain".equals(value.getHeaderOrDefault("Content-Type", ""));
					answers.onNext(text ? value.toBuilder()
						.setBody(ByteString.copyFromUtf8("echo ").concat(value.getBody()))
						.build() : value);
				}

				@Override
				public void onError(Throwable failure) {
					// the caller has gone
				}

				@Override
				public void onCompleted() {
					answers.onCompleted();
				}

			};
		}

		String address() {
			return "127.0.0.1:" + this.server.getPort();
		}

		@Override
		public void close() {
			this.server.shutdownNow();
		}

	}

}
