package io.microspring.test.grpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.microspring.call.Stream;
import io.microspring.errors.MicroException;
import io.microspring.errors.wire.Error;
import io.microspring.message.Headers;
import io.microspring.registry.Registry;
import io.microspring.server.Call;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.test.greeter.Request;
import io.microspring.test.greeter.Response;
import io.microspring.test.greeter.StreamRequest;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * grpc-java, which knows nothing of go-micro, calls a server on its one port.
 */
class GrpcJavaTest {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final Transport transport = Transport.http();

	private final Say say = new Say();

	private Server server;

	private GrpcJava client;

	@BeforeEach
	void start() {
		this.server = Server.builder(Registry.memory())
			.transport(this.transport)
			.options(ServerOptions.named("go.micro.srv.greeter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, PATIENCE))
			.build()
			.handle(Handler.of(this.say));
		this.server.start();
		this.client = new GrpcJava(this.server.address());
	}

	@AfterEach
	void stop() {
		this.say.go.countDown();
		this.client.close();
		this.server.close();
		this.transport.close();
	}

	@Test
	void unaryCallIsAnswered() {
		assertThat(this.client.hello("John")).isEqualTo("Hello John");
	}

	@Test
	void serverStreamIsReceivedWhole() {
		Iterator<Response> answers = ClientCalls.blockingServerStreamingCall(this.client.channel(), GrpcJava.stream(),
				CallOptions.DEFAULT, StreamRequest.newBuilder().setName("John").setCount(500).build());

		List<String> received = new ArrayList<>();
		answers.forEachRemaining((answer) -> received.add(answer.getMsg()));

		assertThat(received).hasSize(500).startsWith("Hello John 0").endsWith("Hello John 499");
	}

	@Test
	void clientStreamIsAnsweredAfterItsEnd() {
		Answers answers = new Answers();
		StreamObserver<Request> requests = ClientCalls.asyncClientStreamingCall(
				this.client.channel().newCall(GrpcJava.bidi("Join", MethodType.CLIENT_STREAMING), CallOptions.DEFAULT),
				answers);

		for (int i = 0; i < 300; i++) {
			requests.onNext(Request.newBuilder().setName("x").build());
		}
		requests.onCompleted();

		assertThat(answers.next()).isEqualTo("x".repeat(300));
		assertThat(answers.end).succeedsWithin(PATIENCE).isEqualTo(Status.OK);
	}

	@Test
	void bothDirectionsOfABidiStreamEndOnTheirOwn() {
		Answers answers = new Answers();
		StreamObserver<Request> requests = ClientCalls.asyncBidiStreamingCall(
				this.client.channel().newCall(GrpcJava.bidi("Bidi", MethodType.BIDI_STREAMING), CallOptions.DEFAULT),
				answers);

		requests.onNext(Request.newBuilder().setName("John").build());
		assertThat(answers.next()).isEqualTo("Hello John");
		requests.onNext(Request.newBuilder().setName("Jane").build());
		assertThat(answers.next()).isEqualTo("Hello Jane");
		requests.onCompleted();

		assertThat(answers.end).succeedsWithin(PATIENCE).isEqualTo(Status.OK);
	}

	@Test
	void cancelledCallIsOverForItsHandler() {
		Answers answers = new Answers();
		StreamObserver<Request> requests = ClientCalls.asyncBidiStreamingCall(
				this.client.channel().newCall(GrpcJava.bidi("Bidi", MethodType.BIDI_STREAMING), CallOptions.DEFAULT),
				answers);
		requests.onNext(Request.newBuilder().setName("John").build());
		answers.next();

		answers.call.cancel("changed my mind", null);

		assertThat(this.say.over).succeedsWithin(PATIENCE);
		await().atMost(PATIENCE).until(() -> this.say.call.isCancelled());
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(this.server.stats().inFlight()).isZero());
	}

	@Test
	void deadlineEndsTheCallOnBothSides() {
		this.client.hello("John");
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> this.client.hello("sleep", CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.SECONDS)))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));

		assertThat(this.say.call.deadline().isNone()).isFalse();
		await().atMost(PATIENCE).until(() -> this.say.call.isCancelled());
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(this.server.stats().inFlight()).isZero());
	}

	@Test
	void errorHasItsStatusAndGooglesAndGoMicrosDetails() throws Exception {
		StatusRuntimeException error = failure("error");

		assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
		assertThat(MicroException.parse(String.valueOf(error.getStatus().getDescription())).detail())
			.isEqualTo("bad name error");
		com.google.rpc.Status status = StatusProto.fromThrowable(error);
		assertThat(status.getDetailsList()).hasSize(2);
		ErrorInfo info = status.getDetails(0).unpack(ErrorInfo.class);
		assertThat(info.getReason()).isEqualTo("BAD_REQUEST");
		assertThat(info.getDomain()).isEqualTo("go.micro.srv.greeter.Say.Hello");
		assertThat(status.getDetails(1).unpack(Error.class).getCode()).isEqualTo(400);
	}

	@Test
	void goMicrosCallerGetsExactlyOneErrorOfItsOwn() {
		Metadata headers = new Metadata();
		headers.put(Metadata.Key.of("x-content-type", Metadata.ASCII_STRING_MARSHALLER), "application/protobuf");
		Channel channel = ClientInterceptors.intercept(this.client.channel(),
				MetadataUtils.newAttachHeadersInterceptor(headers));

		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(channel, GrpcJava.unary(GrpcJava.SAY), CallOptions.DEFAULT,
					Request.newBuilder().setName("error").build()))
			.satisfies((ex) -> assertThat(StatusProto.fromThrowable(ex).getDetailsList()).singleElement()
				.satisfies((any) -> assertThat(any.getTypeUrl()).isEqualTo("type.googleapis.com/errors.Error")));
	}

	@Test
	void faultIsInternalAndWhatIsNotThereIsUnimplemented() {
		assertThat(failure("panic").getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
		assertThat(failure("panic").getStatus().getDescription()).doesNotContain("secret", "java.");
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(this.client.channel(), GrpcJava.unary("a.Nope"),
					CallOptions.DEFAULT, Request.getDefaultInstance()))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED))
			.satisfies((ex) -> assertThat(ex.getStatus().getDescription()).isEqualTo("unknown service Nope"));
	}

	@Test
	void metadataTravelsBothWaysAsTextAndBytes() {
		Metadata.Key<String> text = Metadata.Key.of("x-text", Metadata.ASCII_STRING_MARSHALLER);
		Metadata.Key<byte[]> bytes = Metadata.Key.of("x-bytes-bin", Metadata.BINARY_BYTE_MARSHALLER);
		byte[] value = { 0, 1, 2, (byte) 0xff };
		Metadata sent = new Metadata();
		sent.put(text, "t");
		sent.put(bytes, value);
		AtomicReference<Metadata> headers = new AtomicReference<>();
		AtomicReference<Metadata> trailers = new AtomicReference<>();
		Channel channel = ClientInterceptors.intercept(this.client.channel(),
				MetadataUtils.newCaptureMetadataInterceptor(headers, trailers),
				MetadataUtils.newAttachHeadersInterceptor(sent));

		ClientCalls.blockingUnaryCall(channel, GrpcJava.unary(GrpcJava.SAY), CallOptions.DEFAULT,
				Request.newBuilder().setName("echo").build());

		assertThat(Headers.binary(String.valueOf(this.say.call.metadata().get("x-bytes-bin")))).isEqualTo(value);
		assertThat(headers.get().get(text)).isEqualTo("t");
		assertThat(trailers.get().get(bytes)).isEqualTo(value);
	}

	@Test
	void bothDirectionsMayBeCompressed() {
		AtomicReference<Metadata> headers = new AtomicReference<>();
		Channel channel = ClientInterceptors.intercept(this.client.channel(),
				MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()));

		Response answer = ClientCalls.blockingUnaryCall(channel, GrpcJava.unary(GrpcJava.SAY),
				CallOptions.DEFAULT.withCompression("gzip"), Request.newBuilder().setName("gzip").build());

		assertThat(answer.getMsg()).isEqualTo("compressed: true");
		assertThat(headers.get().get(Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER)))
			.isEqualTo("gzip");
	}

	@Test
	void largeMessageIsAnsweredAndOneOverTheLimitRefused() {
		String large = "x".repeat(3 << 20);
		assertThat(this.client.hello(large)).hasSize(large.length() + 6);

		assertThat(failure("x".repeat(5 << 20)).getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
		assertThat(this.client.hello("John")).isEqualTo("Hello John");
	}

	@Test
	void callsUnderWayAreFinishedWhenTheServerStops() {
		Answers answers = new Answers();
		ClientCalls.asyncUnaryCall(this.client.channel().newCall(GrpcJava.unary(GrpcJava.SAY), CallOptions.DEFAULT),
				Request.newBuilder().setName("sleep").build(), answers);
		await().atMost(PATIENCE).until(() -> this.server.stats().inFlight() == 1);

		CompletableFuture<Void> stopped = CompletableFuture.runAsync(this.server::close);
		await().atMost(PATIENCE).until(() -> !this.server.stats().running());
		this.say.go.countDown();

		assertThat(answers.next()).isEqualTo("Hello sleep");
		assertThat(answers.end).succeedsWithin(PATIENCE).isEqualTo(Status.OK);
		assertThat(stopped).succeedsWithin(PATIENCE);
	}

	private StatusRuntimeException failure(String name) {
		try {
			throw new AssertionError("no error but " + this.client.hello(name));
		}
		catch (StatusRuntimeException ex) {
			return ex;
		}
	}

	/** What came of a call. */
	private static final class Answers implements ClientResponseObserver<Request, Response> {

		private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

		private final CompletableFuture<Status> end = new CompletableFuture<>();

		private volatile ClientCallStreamObserver<Request> call;

		@Override
		public void beforeStart(ClientCallStreamObserver<Request> requests) {
			this.call = requests;
		}

		@Override
		public void onNext(Response answer) {
			this.messages.add(answer.getMsg());
		}

		@Override
		public void onError(Throwable failure) {
			this.end.complete(Status.fromThrowable(failure));
		}

		@Override
		public void onCompleted() {
			this.end.complete(Status.OK);
		}

		String next() {
			try {
				return this.messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/**
	 * The greeter.
	 */
	public static final class Say {

		private final CountDownLatch go = new CountDownLatch(1);

		private final CompletableFuture<Void> over = new CompletableFuture<>();

		private volatile Call call;

		public Response hello(Request request, Call call) throws InterruptedException {
			this.call = call;
			switch (request.getName()) {
				case "error" -> throw MicroException.badRequest("go.micro.srv.greeter.Say.Hello", "bad name error");
				case "panic" -> throw new IllegalStateException("secret");
				case "sleep" -> this.go.await();
				case "echo" -> {
					call.responseHeader("x-text", String.valueOf(call.metadata().get("x-text")));
					call.responseTrailer("x-bytes-bin", String.valueOf(call.metadata().get("x-bytes-bin")));
				}
				case "gzip" -> {
					call.compress(true);
					return Response.newBuilder().setMsg("compressed: " + call.isCompressed()).build();
				}
				default -> {
				}
			}
			return Response.newBuilder().setMsg("Hello " + request.getName()).build();
		}

		public void stream(StreamRequest request, Stream<Response, StreamRequest> stream) {
			for (int i = 0; i < request.getCount(); i++) {
				stream.send(Response.newBuilder().setMsg("Hello " + request.getName() + " " + i).build());
			}
		}

		public void bidi(Stream<Response, Request> stream, Call call) {
			this.call = call;
			stream.onEnd(() -> this.over.complete(null));
			stream.received()
				.forEach((request) -> stream.send(Response.newBuilder().setMsg("Hello " + request.getName()).build()));
		}

		public void join(Stream<Response, Request> stream) {
			StringBuilder all = new StringBuilder();
			stream.received().forEach((request) -> all.append(request.getName()));
			stream.send(Response.newBuilder().setMsg(all.toString()).build());
		}

	}

}
