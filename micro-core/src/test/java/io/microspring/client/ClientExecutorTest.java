package io.microspring.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Where that runs which depends on an asynchronous answer.
 */
class ClientExecutorTest {

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final CompletableFuture<Void> release = new CompletableFuture<>();

	private Server server;

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("echo")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.named("Echo")
				.unary("Say", String.class, String.class, (call) -> this.release.thenApply((v) -> call.request()))
				.build());
		this.server.start();
		this.server.register();
	}

	@AfterEach
	void stop() {
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void completionsRunOnTheThreadThatReceivedTheAnswerWhereThatIsAskedFor() {
		assertThat(threadOf(ExecutorMode.DIRECT)).startsWith("micro-http");
	}

	@Test
	void completionsRunOnTheClientsThreadsElse() {
		assertThat(threadOf(ExecutorMode.AUTO)).startsWith("micro-client");
		assertThat(threadOf(ExecutorMode.POOL)).startsWith("micro-client");
	}

	@Test
	void completionOnTheReceivingThreadStillBelongsToTheCallBeingServed() {
		try (Client client = client(ExecutorMode.DIRECT)) {
			CallContext context = new CallContext(Deadline.NONE, Metadata.of("traceparent", "1"));
			CompletableFuture<CallContext> seen;
			try (CallContext.Scope scope = context.open()) {
				seen = say(client).thenApply((answer) -> CallContext.current());
			}
			this.release.complete(null);

			assertThat(seen.join()).isEqualTo(context);
		}
	}

	@Test
	void eventLoopIsToldThatItCannotWait() {
		try (Client client = client(ExecutorMode.DIRECT)) {
			CompletableFuture<String> nested = say(client)
				.thenApply((answer) -> client.call(Request.of("echo", "Echo.Say", "again"), String.class));
			this.release.complete(null);

			assertThatExceptionOfType(CompletionException.class).isThrownBy(nested::join)
				.withCauseInstanceOf(IllegalStateException.class)
				.withMessageContaining("cannot wait for the answer of echo Echo.Say");
			assertThat(say(client).thenCompose((answer) -> say(client)).join()).isEqualTo("hi");
		}
	}

	@Test
	void timerIsToldThatItCannotWait() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
				Client client = client(ExecutorMode.DIRECT)) {
			CallOptions options = CallOptions.defaults()
				.withAddress("127.0.0.1:" + silent.getLocalPort())
				.withTimeout(Duration.ofMillis(200));
			CompletableFuture<String> late = client
				.callAsync(Request.of("echo", "Echo.Say", "hi"), String.class, options)
				.exceptionally((failure) -> client.call(Request.of("echo", "Echo.Say", "again"), String.class));

			assertThatExceptionOfType(CompletionException.class).isThrownBy(late::join)
				.withCauseInstanceOf(IllegalStateException.class)
				.withMessageContaining("micro-timer-1 cannot wait for the answer of echo Echo.Say");
		}
	}

	@Test
	void twoThreadsMayWaitForTheSameCall() throws Exception {
		AtomicReference<CompletableFuture<Object>> only = new AtomicReference<>();
		CallInterceptor merging = (next) -> (call) -> {
			if (only.get() == null) {
				only.set(next.call(call));
			}
			return only.get();
		};
		try (Client client = Client.builder(this.registry).transport(this.transport).intercept(merging).build()) {
			Request request = Request.of("echo", "Echo.Say", "hi");
			CompletableFuture<String> first = new CompletableFuture<>();
			CompletableFuture<String> second = new CompletableFuture<>();
			waitsFor(first, () -> client.call(request, String.class));
			waitsFor(second, () -> client.call(request, String.class));
			this.release.complete(null);

			assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("hi");
			assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo("hi");
		}
	}

	@Test
	void workerOfAForkJoinPoolThatWaitsIsReplaced() throws Exception {
		ForkJoinPool pool = new ForkJoinPool(1);
		try (Client client = client(ExecutorMode.AUTO)) {
			Future<String> waiting = pool.submit(() -> client.call(Request.of("echo", "Echo.Say", "hi"), String.class));
			pool.submit(() -> this.release.complete(null));

			assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo("hi");
		}
		finally {
			pool.shutdownNow();
		}
	}

	/** Returns when the call is being waited for. */
	private static void waitsFor(CompletableFuture<String> answer, Supplier<String> call) {
		Thread thread = Threads.start("caller", () -> answer.complete(call.get()));
		await().until(() -> thread.getState() == Thread.State.WAITING);
	}

	private String threadOf(ExecutorMode executor) {
		AtomicReference<String> thread = new AtomicReference<>();
		try (Client client = client(executor)) {
			CompletableFuture<Void> completed = say(client)
				.thenAccept((answer) -> thread.set(Thread.currentThread().getName()));
			this.release.complete(null);
			completed.join();
		}
		return thread.get();
	}

	private Client client(ExecutorMode executor) {
		return Client.builder(this.registry)
			.transport(this.transport)
			.options(ClientOptions.defaults().withExecutor(executor))
			.build();
	}

	private static CompletableFuture<String> say(Client client) {
		return client.callAsync(Request.of("echo", "Echo.Say", "hi"), String.class, CallOptions.defaults());
	}

}
