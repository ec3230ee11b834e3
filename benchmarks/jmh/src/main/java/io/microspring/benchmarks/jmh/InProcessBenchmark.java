package io.microspring.benchmarks.jmh;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Registry;
import io.microspring.server.EndpointHandler;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A blocking call within the process, of bytes that no codec touches, by a virtual
 * thread: through client, selector, transport and server. Beside it a hand-over between
 * two parked virtual threads, of which such a call to a handler on a thread of its own
 * makes two.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class InProcessBenchmark {

	private static final int TIMES = 1000;

	/** How many interceptors there are on either side. */
	@Param({ "0", "1", "5" })
	public int interceptors;

	private final byte[] body = new byte[100];

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "bench");

	private final HandOff handOff = new HandOff(this.executor);

	private Registry registry;

	private Transport transport;

	private Server server;

	private Client client;

	/** Starts the server. */
	@Setup
	public void open() {
		this.registry = Registry.memory();
		this.transport = Transport.memory();
		var serverBuilder = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("echo").withShutdown(Duration.ZERO, Duration.ZERO));
		var clientBuilder = Client.builder(this.registry).transport(this.transport);
		for (int i = 0; i < this.interceptors; i++) {
			serverBuilder.intercept((next) -> (call) -> next.handle(call));
			clientBuilder.intercept((next) -> (call) -> next.call(call));
		}
		this.server = serverBuilder.build()
			.handle(Handler.named("Echo")
				.unary("Call", byte[].class, byte[].class, (call) -> call.request())
				.add(new EndpointHandler("Direct", byte[].class, byte[].class, EndpointHandler.Kind.UNARY,
						ExecutorMode.DIRECT, Map.of(), (call) -> call.request()))
				.build());
		this.server.start();
		this.server.register();
		this.client = clientBuilder.build();
	}

	/** Frees it all. */
	@TearDown
	public void close() {
		this.client.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
		this.executor.shutdown();
	}

	/** The limit: one hand-over. */
	@Benchmark
	@OperationsPerInvocation(TIMES)
	public void handOff() {
		this.handOff.handOver(TIMES);
	}

	/** A handler on a virtual thread. */
	@Benchmark
	@OperationsPerInvocation(TIMES)
	public void call() {
		calls("Echo.Call");
	}

	/** A handler that is called on the thread that brings the request. */
	@Benchmark
	@OperationsPerInvocation(TIMES)
	public void direct() {
		calls("Echo.Direct");
	}

	private void calls(String endpoint) {
		HandOff.run(this.executor, () -> {
			for (int i = 0; i < TIMES; i++) {
				byte[] answer = this.client.call(Request.of("echo", endpoint, this.body), byte[].class,
						CallOptions.defaults());
				if (answer.length != this.body.length) {
					throw new IllegalStateException("The answer has " + answer.length + " bytes");
				}
			}
		});
	}

}
