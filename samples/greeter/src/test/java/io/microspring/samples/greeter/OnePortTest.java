package io.microspring.samples.greeter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Registry;
import io.microspring.samples.greeter.proto.Request;
import io.microspring.samples.greeter.proto.Response;
import io.microspring.test.process.JavaProcess;
import io.microspring.test.recording.Outcome;
import io.microspring.test.recording.Outcome.Verdict;
import io.microspring.test.recording.Player;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One greeter, in a process of its own, on one port: called in every protocol at once.
 */
class OnePortTest {

	private static final Duration LOAD = Duration.ofSeconds(10);

	private static final Duration EARLY = Duration.ofSeconds(2);

	private final JavaProcess greeter = JavaProcess.start(
			List.of("-Dio.netty.leakDetection.level=paranoid", "-Dio.netty.leakDetection.targetRecords=20"),
			GreeterApplication.class, "--micro.server.address=127.0.0.1:0", "--micro.registry.type=memory",
			"--micro.broker.type=memory", "--spring.main.web-application-type=none");

	private final Client client = Client.builder(Registry.memory()).build();

	private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

	private String address;

	private GrpcCaller grpc;

	private WebSocketCaller webSocket;

	@BeforeEach
	void find() {
		Matcher port = Pattern.compile("localhost:(\\d+)/Say/Hello").matcher(this.greeter.awaitLine("curl -d"));
		assertThat(port.find()).isTrue();
		this.address = "127.0.0.1:" + port.group(1);
		this.grpc = new GrpcCaller(this.address);
		this.webSocket = new WebSocketCaller(this.address);
	}

	@AfterEach
	void close() throws Exception {
		this.grpc.close();
		this.client.close();
		this.greeter.close();
	}

	@Test
	void everyProtocolIsAnsweredAtOnceForTenSeconds() throws Exception {
		Map<String, Round> callers = callers();
		assertThat(callers).hasSize(8);
		for (Map.Entry<String, Round> caller : callers.entrySet()) {
			// what is done once, such as loading classes, is done before the clock runs
			for (int i = 0; i < 3; i++) {
				caller.getValue().play();
			}
		}
		try (RemoteHeap heap = new RemoteHeap(this.greeter.pid())) {
			heap.left();
			long begin = System.nanoTime();
			Map<String, AtomicInteger> rounds = new LinkedHashMap<>();
			List<Thread> threads = new ArrayList<>();
			callers.forEach((name, round) -> {
				AtomicInteger count = rounds.computeIfAbsent(name, (key) -> new AtomicInteger());
				threads.add(Threads.start(name, () -> repeat(name, round, begin + LOAD.toNanos(), count)));
			});
			waitUntil(begin + EARLY.toNanos());
			long early = heap.left();
			waitUntil(begin + LOAD.toNanos());
			long late = heap.left();
			for (Thread thread : threads) {
				thread.join(TimeUnit.MINUTES.toMillis(1));
				assertThat(thread.isAlive()).as(thread.getName()).isFalse();
			}
			assertThat(this.failures).as(this.greeter.toString()).isEmpty();
			assertThat(rounds.values()).allSatisfy((count) -> assertThat(count).hasPositiveValue());
			assertThat(late).as("bytes after 10 s, and 1.2 times those after 2 s").isLessThanOrEqualTo(early * 12 / 10);
			// lost buffers are told of when others are allocated after a collection
			for (int i = 0; i < 20; i++) {
				this.grpc.unary();
				heap.left();
			}
		}
		assertThat(this.greeter.lines()).noneMatch((line) -> line.contains("LEAK"));
	}

	/** One for each thread. */
	private Map<String, Round> callers() {
		Map<String, Round> callers = new LinkedHashMap<>();
		callers.put("mucp player", this::play);
		callers.put("gRPC calls", () -> {
			this.grpc.unary();
			this.grpc.error();
			this.grpc.deadline();
		});
		callers.put("gRPC streams", () -> {
			this.grpc.serverStream();
			this.grpc.clientStream();
			this.grpc.bidiStream();
		});
		callers.put("gRPC reflection", this.grpc::reflection);
		callers.put("WebSocket", () -> {
			this.webSocket.text();
			this.webSocket.binary();
			this.webSocket.error();
		});
		callers.put("curl", this::curl);
		callers.put("our client over HTTP/1.1", () -> call("mucp"));
		callers.put("our client over HTTP/2", () -> call("grpc"));
		return callers;
	}

	private void play() {
		Player player = Player.bundled("mucp-http").only((recording) -> recording.name().contains("unary-"));
		List<Outcome> outcomes = player.asServer(this.address);
		assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.DIFFERS).isEmpty();
		assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.SAME).isNotEmpty();
	}

	private void curl() throws Exception {
		Process curl = new ProcessBuilder("curl", "-sS", "--max-time", "30", "-d", "{\"name\":\"curl\"}", "-H",
				"Content-Type: application/json", this.address + "/Say/Hello")
			.redirectErrorStream(true)
			.start();
		String said = new String(curl.getInputStream().readAllBytes());
		assertThat(curl.waitFor()).as(said).isZero();
		assertThat(said.trim()).isEqualTo("{\"msg\":\"Hello curl\"}");
	}

	private void call(String protocol) {
		CallOptions options = CallOptions.defaults()
			.withAddress(this.address)
			.withProtocol(protocol)
			.withTimeout(Duration.ofSeconds(30));
		Request request = Request.newBuilder().setName(protocol).build();
		Response answer = this.client.call(request("Say.Hello", request), Response.class, options);
		assertThat(answer.getMsg()).isEqualTo("Hello " + protocol);
		try (Stream<Request, Response> stream = this.client.stream(request("Say.Bidi", null), Response.class,
				options)) {
			stream.send(request);
			Response first = stream.receive();
			assertThat(first).isNotNull();
			assertThat(first.getMsg()).isEqualTo("Hello " + protocol);
			stream.closeSend();
			assertThat(stream.receive()).isNull();
		}
	}

	private static io.microspring.client.Request request(String endpoint, Request body) {
		return io.microspring.client.Request.of("go.micro.srv.greeter", endpoint, body);
	}

	private void repeat(String name, Round round, long end, AtomicInteger count) {
		try {
			while (System.nanoTime() < end && this.failures.isEmpty()) {
				round.play();
				count.incrementAndGet();
			}
		}
		catch (Throwable failure) {
			this.failures.add(new AssertionError(name + ", round " + count, failure));
		}
	}

	private static void waitUntil(long time) {
		for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	/** One round of a caller. */
	@FunctionalInterface
	private interface Round {

		void play() throws Exception;

	}

}
