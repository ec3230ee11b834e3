package io.microspring.benchmarks.jmh;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.server.EndpointHandler;
import io.microspring.server.Handler;
import io.microspring.server.HandlerFunction;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a server does with a request that has arrived, until its answer is handed to the
 * transport: protocol, route, deadline, context, interceptors, handler. The handler runs
 * on the thread that brings the request, and no codec touches the bytes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DispatchBenchmark {

	/** How many interceptors there are. */
	@Param({ "0", "1", "5" })
	public int interceptors;

	/** How a request is told apart: mucp, or an endpoint's path. */
	@Param({ "mucp", "path" })
	public String protocol;

	private Registry registry;

	private Transport transport;

	private Server server;

	private Socket socket;

	private Message request;

	private @Nullable Message answer;

	/** Starts the server and connects. */
	@Setup
	public void open() {
		this.registry = Registry.memory();
		this.transport = Transport.memory();
		var builder = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("echo").withShutdown(Duration.ZERO, Duration.ZERO));
		for (int i = 0; i < this.interceptors; i++) {
			builder.intercept((next) -> (call) -> next.handle(call));
		}
		HandlerFunction echo = (call) -> call.request();
		this.server = builder.build()
			.handle(Handler.named("Echo")
				.add(new EndpointHandler("Call", byte[].class, byte[].class, EndpointHandler.Kind.UNARY,
						ExecutorMode.DIRECT, Map.of(), echo))
				.build());
		this.server.start();
		this.socket = this.transport.dial(this.server.address(), Duration.ofSeconds(1)).join();
		this.socket.receive(new Receiver() {

			@Override
			public void onMessage(Message message) {
				DispatchBenchmark.this.answer = message;
			}

			@Override
			public void onClosed(@Nullable Throwable cause) {
			}

		});
		this.request = "mucp".equals(this.protocol) ? new Message(mucp(), new byte[100])
				: new Message(path(), new byte[100]);
	}

	private static Metadata mucp() {
		return Metadata.of(Headers.CONTENT_TYPE, "application/octet-stream", Headers.SERVICE, "echo", Headers.METHOD,
				"Echo.Call", Headers.ENDPOINT, "Echo.Call", Headers.ID, "17", Headers.TIMEOUT, "5000000000");
	}

	private static Metadata path() {
		return Metadata.of(Headers.PATH, "/Echo/Call", Headers.HTTP_METHOD, "POST", Headers.CONTENT_TYPE,
				"application/octet-stream");
	}

	/** Frees it all. */
	@TearDown
	public void close() {
		this.socket.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	/**
	 * One request.
	 * @return the answer
	 */
	@Benchmark
	public Message dispatch() {
		this.answer = null;
		this.socket.send(this.request);
		Message given = this.answer;
		if (given == null || given.body().length != 100) {
			throw new IllegalStateException("Not answered: " + given);
		}
		return given;
	}

}
