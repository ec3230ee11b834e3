package io.microspring.samples.greeter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
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
import static org.awaitility.Awaitility.await;

/**
 * One greeter, in a process of its own, on one port: called in every protocol at once.
 */
class OnePortTest {

	private static final Duration LOAD = Duration.ofSeconds(10);

	private static final Duration EARLY = Duration.ofSeconds(2);

	private static final String SERVICE = "go.micro.srv.greeter";

	/** More than there are connections that calls share, of one client. */
	private static final int AT_A_TIME = 16;

	private final JavaProcess greeter = JavaProcess.start(
			List.of("-Dio.netty.leakDetection.level=paranoid", "-Dio.netty.leakDetection.targetRecords=20"),
			GreeterApplication.class, "--micro.server.address=127.0.0.1:0", "--micro.registry.type=memory",
			"--micro.broker.type=memory", "--spring.main.web-application-type=none");

	private final Registry registry = Registry.memory();

	private final Client client = Client.builder(this.registry).build();

	/** Finds the greeter in the registry, as one with a connection that calls share. */
	private final Client sharing = Client.builder(this.registry).build();

	private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

	private String address;

	private GrpcCaller grpc;

	private WebSocketCaller webSocket;

	@BeforeEach
	void find() {
		Matcher port = Pattern.compile("localhost:(\\d+)/Say/Hello").matcher(this.greeter.awaitLine("curl -d"));
		assertThat(port.find()).isTrue();
		this.address = "127.0.0.1:" + port.group(1);
		this.registry
			.register(
					Service.of(SERVICE, "latest", new Node("greeter-1", this.address, Map.of("protocol", "mucp",
							"transport", "http", "micro-runtime", "java", "micro-mux", "frames"))),
					Duration.ofHours(1));
		await("connection that calls share").until(() -> {
			// Over HTTP/1.1 until it is there, too.
			call("one", this.sharing, options(ClientOptions.AUTO));
			return this.sharing.stats().connectionsIdle() > 1;
		});
		this.grpc = new GrpcCaller(this.address);
		this.webSocket = new WebSocketCaller(this.address);
	}

	@AfterEach
	void close() throws Exception {
		this.grpc.close();
		this.client.close();
		this.sharing.close();
		this.registry.close();
		this.greeter.close();
	}

	@Test
	void everyProtocolIsAnsweredAtOnceForTenSeconds() throws Exception {
		Map<String, Round> callers = callers();
		assertThat(callers).hasSize(9);
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
		callers.put("our client over HTTP/1.1",
				() -> call("mucp", this.client, options("mucp").withAddress(this.address)));
		callers.put("our client over HTTP/2",
				() -> call("grpc", this.client, options("grpc").withAddress(this.address)));
		callers.put("our client, sharing a connection", this::share);
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

	private static CallOptions options(String protocol) {
		return CallOptions.defaults().withProtocol(protocol).withTimeout(Duration.ofSeconds(30));
	}

	private static void call(String name, Client client, CallOptions options) {
		Request request = Request.newBuilder().setName(name).build();
		Response answer = client.call(request("Say.Hello", request), Response.class, options);
		assertThat(answer.getMsg()).isEqualTo("Hello " + name);
		try (Stream<Request, Response> stream = client.stream(request("Say.Bidi", null), Response.class, options)) {
			stream.send(request);
			Response first = stream.receive();
			assertThat(first).isNotNull();
			assertThat(first.getMsg()).isEqualTo("Hello " + name);
			stream.closeSend();
			assertThat(stream.receive()).isNull();
		}
	}

	private void share() {
		CallOptions options = options(ClientOptions.AUTO);
		List<CompletableFuture<Response>> answers = IntStream.range(0, AT_A_TIME)
			.mapToObj((i) -> this.sharing.callAsync(
					request("Say.Hello", Request.newBuilder().setName("number " + i).build()), Response.class, options))
			.toList();
		for (int i = 0; i < AT_A_TIME; i++) {
			assertThat(answers.get(i).join().getMsg()).isEqualTo("Hello number " + i);
		}
		call("stream", this.sharing, options);
		// HTTP/1.1 would have taken as many as calls.
		assertThat(this.sharing.stats().connectionsIdle()).isLessThan(AT_A_TIME);
	}

	private static io.microspring.client.Request request(String endpoint, Request body) {
		return io.microspring.client.Request.of(SERVICE, endpoint, body);
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
