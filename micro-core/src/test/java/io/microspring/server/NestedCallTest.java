package io.microspring.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.microspring.broker.Broker;
import io.microspring.broker.SubscribeOptions;
import io.microspring.call.CallContext;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.transport.Inbox;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls made from inside a handler, through a proxy that knows nothing of the call it
 * serves: on the pool, and on virtual threads where the JDK has them.
 */
@ParameterizedClass
@MethodSource("modes")
class NestedCallTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final ExecutorMode mode;

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final Broker broker = Broker.memory();

	private final BlockingQueue<Failed> failed = new LinkedBlockingQueue<>();

	private Client client;

	private Server front;

	private Server back;

	NestedCallTest(ExecutorMode mode) {
		this.mode = mode;
	}

	static Stream<ExecutorMode> modes() {
		return Stream.of(ExecutorMode.POOL, ExecutorMode.VIRTUAL)
			.filter((mode) -> mode != ExecutorMode.VIRTUAL || Threads.hasVirtual());
	}

	@BeforeEach
	void start() {
		this.broker.connect();
		this.client = Client.builder(this.registry).transport(this.transport).broker(this.broker).build();
		this.back = server("back", Handler.of("Back", new Back()));
		this.front = server("front", Handler.of("Front", new Front(this.client.proxy("back", BackClient.class))));
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.front.close();
		this.back.close();
		this.broker.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void handlerRunsOnTheThreadsThatWereAskedFor() {
		String thread = ask("Front.Thread", CallOptions.defaults());

		assertThat(thread).isEqualTo("micro-front virtual " + (this.mode == ExecutorMode.VIRTUAL));
	}

	@Test
	void nestedCallHasWhatIsLeftOfTheDeadline() {
		CallOptions options = CallOptions.defaults().withTimeout(Duration.ofSeconds(2));

		String[] left = ask("Front.Left", options).split(" ");

		long outer = Long.parseLong(left[0]);
		long inner = Long.parseLong(left[1]);
		assertThat(outer).isPositive().isLessThan(Duration.ofSeconds(2).toNanos());
		assertThat(inner).isPositive().isLessThan(outer);
	}

	@Test
	void nestedCallMayHaveLessTimeButNeverMore() {
		CallOptions options = CallOptions.defaults().withTimeout(Duration.ofSeconds(2));

		assertThat(Long.parseLong(ask("Front.Less", options))).isLessThan(Duration.ofSeconds(1).toNanos());
		assertThat(Long.parseLong(ask("Front.More", options))).isLessThan(Duration.ofSeconds(2).toNanos());
	}

	@Test
	void asynchronousNestedCallHasTheDeadlineToo() {
		CallOptions options = CallOptions.defaults().withTimeout(Duration.ofSeconds(2));

		assertThat(Long.parseLong(ask("Front.Later", options))).isPositive()
			.isLessThan(Duration.ofSeconds(2).toNanos());
	}

	@Test
	void expiredDeadlineFailsTheNestedCallAtOnce() throws InterruptedException {
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> ask("Front.Late", CallOptions.defaults().withTimeout(Duration.ofMillis(100))))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));

		Failed nested = this.failed.poll(10, TimeUnit.SECONDS);
		assertThat(nested).isNotNull();
		assertThat(nested.code()).isEqualTo(408);
		assertThat(nested.after()).isLessThan(Duration.ofSeconds(4));
		assertThat(this.back.stats().handled()).isZero();
	}

	@Test
	void chosenMetadataTravelsOnAndNothingElse() {
		CallOptions options = CallOptions.defaults()
			.withMetadata(Metadata.of("traceparent", "00-1-2-01", "X-TENANT", "acme", "X-Debug-Level", "3",
					"x-debug-user", "ann", "Authorization", "secret", "X-Debug", "no"));

		String seen = ask("Front.Headers", options);

		assertThat(seen.split(" ")).contains("traceparent=00-1-2-01", "x-tenant=acme", "x-debug-level=3",
				"x-debug-user=ann");
		assertThat(seen).doesNotContain("secret", "x-debug=no");
	}

	@Test
	void ownMetadataOfTheNestedCallWins() {
		CallOptions options = CallOptions.defaults().withMetadata("X-Tenant", "acme");

		assertThat(ask("Front.OwnHeaders", options).split(" ")).contains("x-tenant=other");
	}

	@Test
	void publicationFromInsideAHandlerCarriesTheMetadata() throws InterruptedException {
		BlockingQueue<Message> published = new LinkedBlockingQueue<>();
		this.broker.subscribe("news", SubscribeOptions.defaults(), (event) -> published.add(event.message()));

		ask("Front.Publish", CallOptions.defaults().withMetadata(Metadata.of("traceparent", "t", "X-Secret", "s")));

		Message message = published.poll(10, TimeUnit.SECONDS);
		assertThat(message.header("traceparent")).isEqualTo("t");
		assertThat(message.header("X-Secret")).isNull();
	}

	@Test
	void nothingOfACallIsLeftForTheNextOne() throws Exception {
		for (int i = 0; i < 20; i++) {
			ask("Front.Left", CallOptions.defaults().withMetadata("X-Tenant", "acme"));
		}
		try (Socket socket = this.transport.dial(this.front.address(), PATIENCE).join()) {
			Inbox inbox = Inbox.of(socket);
			socket.send(new Message(Metadata.of(Headers.SERVICE, "front", Headers.ENDPOINT, "Front.Context", Headers.ID,
					"1", Headers.CONTENT_TYPE, "application/json"), "\"x\"".getBytes(StandardCharsets.UTF_8)));

			assertThat(new String(inbox.take(PATIENCE).body(), StandardCharsets.UTF_8)).contains("none 0");
		}
		assertThat(CallContext.current()).isSameAs(CallContext.NONE);
	}

	private String ask(String endpoint, CallOptions options) {
		return this.client.call(Request.of("front", endpoint, "x"), String.class, options);
	}

	private Server server(String name, Handler handler) {
		Server server = Server.builder(this.registry)
			.transport(this.transport)
			.propagate(List.of("traceparent", "X-Tenant", "x-debug-*"))
			.options(ServerOptions.named(name)
				.withAddress("127.0.0.1:0")
				.withExecutor(this.mode)
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(handler);
		server.start();
		server.register();
		return server;
	}

	/**
	 * How a nested call failed.
	 *
	 * @param code the error's code
	 * @param after how long it took
	 */
	record Failed(int code, Duration after) {
	}

	interface BackClient {

		String left(String text);

		String left(String text, CallOptions options);

		CompletableFuture<String> leftLater(String text);

		String headers(String text);

		String headers(String text, CallOptions options);

	}

	@SuppressWarnings("unused")
	public static class Back {

		public String left(String text, Call call) {
			return Long.toString(call.deadline().remainingNanos());
		}

		public String leftLater(String text, Call call) {
			return left(text, call);
		}

		public String headers(String text, Call call) {
			Map<String, String> headers = new TreeMap<>();
			call.metadata().forEach((name, value) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
			return String.join(" ", headers.entrySet().stream().map(Object::toString).toList());
		}

	}

	@SuppressWarnings("unused")
	public class Front {

		private final BackClient back;

		Front(BackClient back) {
			this.back = back;
		}

		public String thread(String text) throws ReflectiveOperationException {
			Thread thread = Thread.currentThread();
			boolean virtual = Threads.hasVirtual() && (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
			return thread.getName().replaceAll("-\\d+$", "") + " virtual " + virtual;
		}

		public String left(String text) {
			long left = CallContext.current().deadline().remainingNanos();
			return left + " " + this.back.left(text);
		}

		public String less(String text) {
			return this.back.left(text, CallOptions.defaults().withTimeout(Duration.ofSeconds(1)));
		}

		public String more(String text) {
			return this.back.left(text, CallOptions.defaults().withTimeout(Duration.ofSeconds(60)));
		}

		public CompletableFuture<String> later(String text) {
			return this.back.leftLater(text);
		}

		public String late(String text, Call call) throws InterruptedException {
			CountDownLatch never = new CountDownLatch(1);
			while (!call.deadline().isExpired()) {
				never.await(call.deadline().remainingNanos(), TimeUnit.NANOSECONDS);
			}
			long start = System.nanoTime();
			try {
				return this.back.left(text);
			}
			catch (MicroException ex) {
				NestedCallTest.this.failed.add(new Failed(ex.code(), Duration.ofNanos(System.nanoTime() - start)));
				throw ex;
			}
		}

		public String headers(String text) {
			return this.back.headers(text);
		}

		public String ownHeaders(String text) {
			return this.back.headers(text, CallOptions.defaults().withMetadata("x-tenant", "other"));
		}

		public void publish(String text) {
			NestedCallTest.this.client.publish("news", text);
		}

		public String context(String text) {
			CallContext context = CallContext.current();
			return context.deadline() + " " + context.metadata().size();
		}

	}

}
