package io.microspring.test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthProto;
import io.grpc.stub.StreamObserver;
import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.concurrent.Backoff;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.test.greeter.Response;
import io.microspring.test.greeter.StreamRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Our client calls servers of grpc-java: one that go-micro's metadata says to speak gRPC,
 * and services that nobody wrote for go-micro.
 */
class GrpcJavaServerTest {

	private static final String GREETER = "go.micro.srv.greeter";

	private final Registry registry = Registry.memory();

	private StockServer server;

	private Client client;

	@BeforeEach
	void start() throws IOException {
		this.server = new StockServer();
		this.registry.register(
				Service.of(GREETER, "latest",
						new Node("greeter-1", this.server.address(), Map.of("protocol", "grpc", "server", "grpc"))),
				Duration.ZERO);
		this.client = Client.builder(this.registry).build();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
	}

	@Test
	void unaryCallIsAnswered() {
		assertThat(hello("John", CallOptions.defaults())).isEqualTo("Hello John");
		assertThat(hello("Jürgen", CallOptions.defaults())).isEqualTo("Hello Jürgen");
	}

	@Test
	void manyCallsShareOneConnection() {
		List<CompletableFuture<Response>> answers = IntStream.range(0, 300)
			.mapToObj((i) -> this.client.callAsync(request("n" + i), Response.class, CallOptions.defaults()))
			.toList();
		for (int i = 0; i < answers.size(); i++) {
			assertThat(answers.get(i).join().getMsg()).isEqualTo("Hello n" + i);
		}
	}

	@Test
	void streamOfTheServerIsReceived() {
		try (Stream<Void, Response> stream = this.client.stream(
				Request.of(GREETER, "Say.Stream", StreamRequest.newBuilder().setName("x").setCount(1000).build()),
				Response.class, CallOptions.defaults())) {
			stream.closeSend();
			int received = 0;
			for (Response response : stream.received()) {
				assertThat(response.getMsg()).isEqualTo("x " + received++);
			}
			assertThat(received).isEqualTo(1000);
		}
	}

	@Test
	void streamOfTheServerMayEndWithAnError() {
		try (Stream<Void, Response> stream = this.client.stream(
				Request.of(GREETER, "Say.Stream", StreamRequest.newBuilder().setName("error").setCount(2).build()),
				Response.class, CallOptions.defaults())) {
			stream.closeSend();
			assertThat(stream.receive()).isEqualTo(StockServer.response("error 0"));
			assertThat(stream.receive()).isEqualTo(StockServer.response("error 1"));
			MicroException error = catchThrowableOfType(MicroException.class, stream::receive);
			assertThat(error.code()).isEqualTo(409);
			assertThat(error.detail()).isEqualTo("enough");
		}
	}

	@Test
	void streamOfTheCallerIsCollected() {
		try (Stream<Object, Response> stream = this.client.stream(Request.of(GREETER, "Say.Collect", null),
				Response.class, proto())) {
			stream.send(name("a"));
			stream.send(name("b"));
			stream.closeSend();
			assertThat(stream.receive()).isEqualTo(StockServer.response("a,b"));
			assertThat(stream.receive()).isNull();
		}
	}

	@Test
	void streamGoesBothWays() {
		try (Stream<Object, Response> stream = this.client.stream(Request.of(GREETER, "Say.Bidi", null), Response.class,
				proto())) {
			for (int i = 0; i < 200; i++) {
				stream.send(name("n" + i));
				assertThat(stream.receive()).isEqualTo(StockServer.response("Hello n" + i));
			}
			stream.closeSend();
			assertThat(stream.receive()).isNull();
		}
	}

	@Test
	void streamThatFailsHereIsCancelledThere() throws InterruptedException {
		Stream<Object, Response> stream = this.client.stream(Request.of(GREETER, "Say.Bidi", null), Response.class,
				proto());
		stream.send(name("x"));
		assertThat(stream.receive()).isEqualTo(StockServer.response("Hello x"));

		stream.fail(MicroException.of("test", 499, "enough"));

		assertThat(this.server.cancelled.poll(10, TimeUnit.SECONDS)).isEqualTo("requests");
	}

	@Test
	void deadlineEndsTheCallOnBothSides() throws InterruptedException {
		CallOptions options = CallOptions.defaults().withTimeout(Duration.ofMillis(300));

		MicroException error = catchThrowableOfType(MicroException.class, () -> hello("wait", options));

		assertThat(error.code()).isEqualTo(408);
		assertThat(this.server.cancelled.poll(10, TimeUnit.SECONDS)).isEqualTo("wait");
	}

	@Test
	void cancelledCallIsCancelledThere() throws InterruptedException {
		CompletableFuture<Response> answer = this.client.callAsync(request("wait"), Response.class,
				CallOptions.defaults());
		assertThat(this.server.waiting.poll(10, TimeUnit.SECONDS)).isNotNull();

		answer.cancel(true);

		assertThat(this.server.cancelled.poll(10, TimeUnit.SECONDS)).isEqualTo("wait");
	}

	@Test
	void errorIsReadFromTheDetails() {
		MicroException error = catchThrowableOfType(MicroException.class,
				() -> hello("details", CallOptions.defaults()));
		assertThat(error.id()).isEqualTo("stock");
		assertThat(error.code()).isEqualTo(418);
		assertThat(error.detail()).isEqualTo("short and stout");
		assertThat(error.status()).isEqualTo("I'm a teapot");
	}

	@Test
	void statusIsReadAsAnError() {
		MicroException error = catchThrowableOfType(MicroException.class,
				() -> hello("missing", CallOptions.defaults()));
		assertThat(error.id()).isEqualTo("go.micro.client");
		assertThat(error.code()).isEqualTo(404);
		assertThat(error.detail()).isEqualTo("no Jürgen here: 100%");
	}

	@Test
	void unknownMethodIsAnError() {
		MicroException error = catchThrowableOfType(MicroException.class, () -> this.client
			.call(Request.of(GREETER, "Say.Nope", name("x")), Response.class, CallOptions.defaults()));
		assertThat(error.code()).isEqualTo(501);
	}

	@Test
	void unavailableIsTriedAgainWhereThatDoesNoHarm() {
		CallOptions once = CallOptions.defaults().withBackoff(Backoff.none());
		assertThat(catchThrowableOfType(MicroException.class, () -> hello("unavailable", once)).code()).isEqualTo(503);
		assertThat(this.client.stats().retries()).isZero();

		assertThat(catchThrowableOfType(MicroException.class, () -> hello("unavailable", once.withIdempotent(true)))
			.code()).isEqualTo(503);
		assertThat(this.client.stats().retries()).isEqualTo(1);
	}

	@Test
	void metadataTravelsAlsoInBytes() {
		CallOptions options = CallOptions.defaults()
			.withMetadata("X-Foo", "bar")
			.withMetadata("Trace-Bin", Headers.binary(new byte[] { 0, 1, -1 }));

		assertThat(hello("metadata", options)).isEqualTo("bar AAH/ true");
	}

	@Test
	void compressedAnswerIsRead() {
		assertThat(hello("gzip", CallOptions.defaults())).isEqualTo("x".repeat(100_000));
	}

	@Test
	void largeMessagesTravelBothWays() {
		String large = "y".repeat(3 * 1024 * 1024);
		assertThat(hello(large, CallOptions.defaults())).isEqualTo("Hello " + large);
	}

	@Test
	void answerOverTheLimitIsRefused() {
		try (Client small = Client.builder(this.registry)
			.options(ClientOptions.defaults().withMaxMessageSize(50_000))
			.build()) {
			MicroException error = catchThrowableOfType(MicroException.class,
					() -> small.call(request("gzip"), Response.class));
			assertThat(error.code()).isEqualTo(413);
		}
	}

	@Test
	void serverThatLeavesEndsItsCallsAndGetsNoMore() throws Exception {
		List<CompletableFuture<Response>> underWay = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			underWay.add(this.client.callAsync(request("wait"), Response.class,
					CallOptions.defaults().withTimeout(Duration.ofSeconds(30))));
		}
		await().until(() -> this.server.waiting.size() == underWay.size());
		try (StockServer other = new StockServer()) {
			this.registry.register(
					Service.of(GREETER, "latest", new Node("greeter-2", other.address(), Map.of("protocol", "grpc"))),
					Duration.ZERO);
			this.server.shutdown();

			CallOptions anywhere = CallOptions.defaults().withRetries(20).withBackoff(Backoff.none());
			// Until the client has heard of the other.
			await().ignoreExceptions().until(() -> hello("other", anywhere).equals("Hello other"));
			for (int i = 0; i < 50; i++) {
				assertThat(hello("n" + i, anywhere)).isEqualTo("Hello n" + i);
			}
			for (StreamObserver<Response> answer : this.server.waiting) {
				answer.onNext(StockServer.response("late"));
				answer.onCompleted();
			}
			for (CompletableFuture<Response> answer : underWay) {
				assertThat(answer.get(10, TimeUnit.SECONDS).getMsg()).isEqualTo("late");
			}
			await().until(this.server::isTerminated);
		}
	}

	@Test
	void serviceIsCalledByItsInterface() {
		Health health = this.client.proxy("health", Health.class,
				CallOptions.defaults().withAddress(this.server.address()));

		assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus()).isEqualTo(ServingStatus.SERVING);
		assertThat(health.checkLater(HealthCheckRequest.getDefaultInstance()).toCompletableFuture().join().getStatus())
			.isEqualTo(ServingStatus.SERVING);
		try (Stream<Void, HealthCheckResponse> watch = health.watch(HealthCheckRequest.getDefaultInstance())) {
			assertThat(watch.receive().getStatus()).isEqualTo(ServingStatus.SERVING);
			this.server.health.setStatus("", ServingStatus.NOT_SERVING);
			assertThat(watch.receive().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
		}
		MicroException error = catchThrowableOfType(MicroException.class,
				() -> health.check(HealthCheckRequest.newBuilder().setService("nope").build()));
		assertThat(error.code()).isEqualTo(404);
	}

	@Test
	void serviceIsCalledByItsDescriptor() {
		MethodDescriptor check = HealthProto.getDescriptor().findServiceByName("Health").findMethodByName("Check");
		DynamicMessage question = DynamicMessage.newBuilder(check.getInputType())
			.setField(check.getInputType().findFieldByName("service"), "")
			.build();

		DynamicMessage answer = this.client.call(Request.of("health", check, question), DynamicMessage.class,
				CallOptions.defaults().withAddress(this.server.address()));

		assertThat(answer.getField(check.getOutputType().findFieldByName("status")))
			.isEqualTo(ServingStatus.SERVING.getValueDescriptor());
	}

	@Test
	void serviceWithoutGoMicrosMetadataIsFoundInTheRegistry() {
		this.registry.register(Service.of("stock", "1", Node.of("stock-1", this.server.address())), Duration.ZERO);

		Health health = this.client.proxy("stock", Health.class);
		assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus()).isEqualTo(ServingStatus.SERVING);
		assertThat(this.client
			.call(Request.of("stock", "/go.micro.srv.greeter.Say/Hello", name("x")), Response.class,
					CallOptions.defaults())
			.getMsg()).isEqualTo("Hello x");
	}

	private String hello(String name, CallOptions options) {
		return this.client.call(request(name), Response.class, options).getMsg();
	}

	private static Request request(String name) {
		return Request.of(GREETER, "Say.Hello", name(name));
	}

	private static io.microspring.test.greeter.Request name(String name) {
		return io.microspring.test.greeter.Request.newBuilder().setName(name).build();
	}

	private static CallOptions proto() {
		return CallOptions.defaults().withContentType("application/protobuf");
	}

	/** gRPC's health checking, as anybody may write it down. */
	@MicroEndpoint(name = "grpc.health.v1.Health")
	interface Health {

		HealthCheckResponse check(HealthCheckRequest request);

		@MicroEndpoint(name = "Check")
		CompletionStage<HealthCheckResponse> checkLater(HealthCheckRequest request);

		Stream<Void, HealthCheckResponse> watch(HealthCheckRequest request);

	}

}
