package io.microspring.test.grpc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.server.GrpcOptions;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerBuilder;
import io.microspring.server.ServerOptions;
import io.microspring.server.wire.health.HealthListRequest;
import io.microspring.server.wire.health.HealthListResponse;
import io.microspring.test.greeter.Request;
import io.microspring.test.greeter.Response;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * gRPC's health checks, asked by grpc-java's own stub.
 */
class GrpcHealthTest {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final Transport transport = Transport.http();

	private final ServerBuilder builder = Server.builder(Registry.memory()).transport(this.transport);

	private Server server;

	private GrpcJava client;

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
		this.transport.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "go.micro.srv.greeter", "Say", "go.micro.srv.greeter.Say", "any.package.Say",
			"grpc.health.v1.Health" })
	void serverAndItsHandlersServe(String service) {
		start(GrpcOptions.defaults(), Handler.of(new Say()));

		assertThat(check(service)).isEqualTo(ServingStatus.SERVING);
	}

	@Test
	void handlerThatIsNotThereIsNotFound() {
		start(GrpcOptions.defaults(), Handler.of(new Say()));

		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> check("go.micro.srv.greeter.Nope"))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND))
			.withMessageContaining("go.micro.srv.greeter.Nope");
	}

	@Test
	void listNamesTheServerAndItsHandlers() {
		start(GrpcOptions.defaults(), Handler.of(new Say()));

		// grpc-java's stub has no List yet.
		HealthListResponse list = ClientCalls.blockingUnaryCall(this.client.channel(),
				GrpcJava.method("grpc.health.v1.Health", "List", MethodType.UNARY,
						HealthListRequest.getDefaultInstance(), HealthListResponse.getDefaultInstance()),
				CallOptions.DEFAULT, HealthListRequest.getDefaultInstance());

		assertThat(list.getStatusesMap()).containsOnlyKeys("", "go.micro.srv.greeter", "go.micro.srv.greeter.Say");
	}

	@Test
	void watcherHearsOfHandlersThatComeAndOfTheEnd() {
		start(GrpcOptions.defaults(), Handler.of(new Say()));
		Watcher whole = watch("");
		Watcher late = watch("Late");
		assertThat(whole.next()).isEqualTo(ServingStatus.SERVING);
		assertThat(late.next()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);

		this.server.handle(Handler.of("Late", new Say()));
		assertThat(late.next()).isEqualTo(ServingStatus.SERVING);

		this.server.close();
		assertThat(whole.next()).isEqualTo(ServingStatus.NOT_SERVING);
		assertThat(late.next()).isEqualTo(ServingStatus.NOT_SERVING);
		assertThat(whole.end).succeedsWithin(PATIENCE)
			.satisfies((status) -> assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE));
	}

	@Test
	void everyWatcherHearsOfTheEndBeforeItsStreamEnds() {
		start(GrpcOptions.defaults(), Handler.of(new Say()));
		List<Watcher> watchers = Stream.generate(() -> watch("")).limit(200).toList();
		assertThat(watchers).allSatisfy((each) -> assertThat(each.next()).isEqualTo(ServingStatus.SERVING));

		this.server.close();
		assertThat(watchers).allSatisfy((each) -> assertThat(each.end).succeedsWithin(PATIENCE))
			.allSatisfy((each) -> assertThat(each.told).containsExactly(ServingStatus.NOT_SERVING));
	}

	@Test
	void watchersAreNoCallsUnderWay() {
		start(GrpcOptions.defaults(), Handler.of(new Say()));
		watch("").next();

		assertThat(this.server.stats().inFlight()).isZero();
		assertThat(this.server.stats().handled()).isZero();
	}

	@Test
	void healthIsNoEndpointAndNeedsNoLeaveOfInterceptors() {
		this.builder.intercept((next) -> (call) -> {
			throw MicroException.unauthorized("guard", "who are you?");
		});
		start(GrpcOptions.defaults(), Handler.of(new Say()));

		assertThat(check("")).isEqualTo(ServingStatus.SERVING);
		assertThat(this.server.service().endpoints()).singleElement()
			.satisfies((endpoint) -> assertThat(endpoint.name()).isEqualTo("Say.Hello"));
		assertThat(this.server.handlers()).hasSize(1);
	}

	@Test
	void usersHandlerCalledHealthIsCalledByItsOwnNames() {
		start(GrpcOptions.defaults(), Handler.of("Health", new Health()));

		assertThat(check("")).isEqualTo(ServingStatus.SERVING);
		assertThat(ours("my.pkg.Health")).isEqualTo("the user's own");
		assertThat(ours("Health")).isEqualTo("the user's own");
	}

	@Test
	void whereHealthIsSwitchedOffTheNameIsTheUsers() {
		start(GrpcOptions.defaults().withHealth(false), Handler.of("Health", new Health()));

		assertThat(ours("grpc.health.v1.Health")).isEqualTo("the user's own");
	}

	@Test
	void whereHealthIsSwitchedOffNobodyAnswers() {
		start(GrpcOptions.defaults().withHealth(false), Handler.of(new Say()));

		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> check(""))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
	}

	private void start(GrpcOptions options, Handler handler) {
		this.server = this.builder
			.options(ServerOptions.named("go.micro.srv.greeter")
				.withAddress("127.0.0.1:0")
				.withGrpc(options)
				.withShutdown(Duration.ofMillis(500), Duration.ofSeconds(10)))
			.build()
			.handle(handler);
		this.server.start();
		this.client = new GrpcJava(this.server.address());
		await().until(() -> this.server.stats().running());
	}

	private ServingStatus check(String service) {
		return HealthGrpc.newBlockingStub(this.client.channel()).check(request(service)).getStatus();
	}

	private Watcher watch(String service) {
		Watcher watcher = new Watcher();
		HealthGrpc.newStub(this.client.channel()).watch(request(service), watcher);
		return watcher;
	}

	private String ours(String service) {
		return ClientCalls.blockingUnaryCall(this.client.channel(), GrpcJava.method(service, "Check", MethodType.UNARY,
				Request.getDefaultInstance(), Response.getDefaultInstance()), CallOptions.DEFAULT,
				Request.getDefaultInstance())
			.getMsg();
	}

	private static HealthCheckRequest request(String service) {
		return HealthCheckRequest.newBuilder().setService(service).build();
	}

	/** What a watcher is told. */
	private static final class Watcher implements StreamObserver<HealthCheckResponse> {

		private final BlockingQueue<ServingStatus> told = new LinkedBlockingQueue<>();

		private final CompletableFuture<Status> end = new CompletableFuture<>();

		@Override
		public void onNext(HealthCheckResponse response) {
			this.told.add(response.getStatus());
		}

		@Override
		public void onError(Throwable failure) {
			this.end.complete(Status.fromThrowable(failure));
		}

		@Override
		public void onCompleted() {
			this.end.complete(Status.OK);
		}

		ServingStatus next() {
			try {
				return this.told.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/**
	 * A handler.
	 */
	public static final class Say {

		public Response hello(Request request) {
			return Response.newBuilder().setMsg("Hello " + request.getName()).build();
		}

	}

	/**
	 * A handler with a name that gRPC uses too.
	 */
	public static final class Health {

		public Response check(Request request) {
			return Response.newBuilder().setMsg("the user's own").build();
		}

	}

}
