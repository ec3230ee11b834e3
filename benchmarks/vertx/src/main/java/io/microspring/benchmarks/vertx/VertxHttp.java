package io.microspring.benchmarks.vertx;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.InvalidProtocolBufferException;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import org.jspecify.annotations.Nullable;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.Server;
import io.microspring.benchmarks.proto.Echo;

/**
 * HTTP/1.1 on Vert.x; it has one variant.
 */
public final class VertxHttp implements Peer {

	private static final String PATH = "/bench.Echoer/Call";

	private static final String PROTOBUF = "application/protobuf";

	@Override
	public Server serve(String variant) throws Exception {
		int cores = Runtime.getRuntime().availableProcessors();
		Vertx vertx = vertx(cores);
		AtomicInteger port = new AtomicInteger();
		await(vertx.deployVerticle(() -> new Echoer(port), new DeploymentOptions().setInstances(cores)));
		return new Server() {

			@Override
			public int port() {
				return port.get();
			}

			@Override
			public void close() throws Exception {
				await(vertx.close());
			}

		};
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) throws Exception {
		int cores = Runtime.getRuntime().availableProcessors();
		Vertx vertx = vertx(cores);
		HttpClient client = vertx.createHttpClient(
				new HttpClientOptions().setDefaultHost("127.0.0.1").setDefaultPort(port),
				new PoolOptions().setHttp1MaxSize(concurrency));
		Queue<Context> loops = new ConcurrentLinkedQueue<>();
		await(vertx.deployVerticle(() -> new VerticleBase() {

			@Override
			public Future<?> start() {
				loops.add(this.context);
				return Future.succeededFuture();
			}

		}, new DeploymentOptions().setInstances(cores)));
		return new Client(vertx, client, List.copyOf(loops));
	}

	private static Vertx vertx(int loops) {
		return Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(loops));
	}

	private static <T> T await(Future<T> future) throws Exception {
		return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
	}

	private static final class Echoer extends VerticleBase {

		private final AtomicInteger port;

		private Echoer(AtomicInteger port) {
			this.port = port;
		}

		@Override
		public Future<?> start() {
			// Verticles of one deployment that ask for the same negative port share one
			// that is free.
			return this.vertx.createHttpServer()
				.requestHandler(Echoer::answer)
				.listen(-1, "127.0.0.1")
				.onSuccess((server) -> this.port.set(server.actualPort()));
		}

		private static void answer(HttpServerRequest request) {
			request.body().onSuccess((body) -> {
				try {
					Echo echo = Echo.parseFrom(body.getBytes());
					byte[] answer = echo.toByteArray();
					request.response().putHeader(HttpHeaders.CONTENT_TYPE, PROTOBUF).end(Buffer.buffer(answer));
				}
				catch (InvalidProtocolBufferException ex) {
					request.response().setStatusCode(400).end();
				}
			});
		}

	}

	private static final class Client implements AsyncCaller {

		private final Vertx vertx;

		private final HttpClient client;

		private final List<Context> loops;

		private final AtomicInteger next = new AtomicInteger();

		private final PerPayload<Echo> requests = new PerPayload<>(
				(payload) -> Echo.newBuilder().setText(payload.text()).build());

		private Client(Vertx vertx, HttpClient client, List<Context> loops) {
			this.vertx = vertx;
			this.client = client;
			this.loops = loops;
		}

		@Override
		public void call(Payload payload, Completion done) {
			if (Vertx.currentContext() != null) {
				send(payload, done);
			}
			else {
				// A verticle's calls begin in its own context.
				this.loops.get(Math.floorMod(this.next.getAndIncrement(), this.loops.size()))
					.runOnContext((begin) -> send(payload, done));
			}
		}

		private void send(Payload payload, Completion done) {
			int length = payload.text().length();
			this.client.request(HttpMethod.POST, PATH)
				.compose((request) -> request.putHeader(HttpHeaders.CONTENT_TYPE, PROTOBUF)
					.send(Buffer.buffer(this.requests.of(payload).toByteArray())))
				.compose(Client::body)
				.onComplete(
						(answer) -> done.done(answer.succeeded() ? checked(answer.result(), length) : answer.cause()));
		}

		private static Future<Buffer> body(HttpClientResponse response) {
			return (response.statusCode() == 200) ? response.body()
					: Future.failedFuture("answered with status " + response.statusCode());
		}

		private static @Nullable Throwable checked(Buffer answer, int length) {
			try {
				return (Echo.parseFrom(answer.getBytes()).getText().length() == length) ? null
						: new IllegalStateException("the answer is not what was sent");
			}
			catch (InvalidProtocolBufferException ex) {
				return ex;
			}
		}

		@Override
		public void close() throws Exception {
			await(this.vertx.close());
		}

	}

}
