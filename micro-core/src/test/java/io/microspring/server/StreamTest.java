package io.microspring.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.server.Feed.Text;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Streams between a caller and a handler: how they end, and what they hold back.
 */
@ParameterizedClass
@EnumSource
class StreamTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** More than window, buffers and the kernel's queues hold of what is sent here. */
	private static final int ENDLESS = 2000;

	private final Registry registry = Registry.memory();

	private final Wire wire;

	private final Transport transport;

	private final Feed feed = new Feed();

	private Server server;

	private Client client;

	StreamTest(Wire wire) {
		this.wire = wire;
		this.transport = wire.transport();
	}

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("feed")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofMillis(200)))
			.build()
			.handle(Handler.of(this.feed));
		this.server.start();
		this.server.register();
		this.client = client(this.wire.client());
		this.wire.warm(this.client, "feed");
	}

	@AfterEach
	void stop() {
		this.feed.go.countDown();
		this.client.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void errorInTheMiddleComesAfterTheMessagesBeforeIt() {
		try (Stream<Text, Text> stream = open("Feed.Failing", new Text("300"))) {
			for (int i = 0; i < 300; i++) {
				assertThat(stream.receive()).isEqualTo(new Text(Integer.toString(i)));
			}
			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(409))
				.withMessageContaining("enough");
			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(409));
		}
	}

	@Test
	void handlerThatReceivesSeesTheCallersClose() {
		Stream<Text, Text> stream = open("Feed.Listen", null);
		stream.send(new Text("a"));
		await().until(() -> this.feed.received.get() == 1);

		stream.close();

		assertThat(this.feed.outcome).succeedsWithin(PATIENCE).isEqualTo("end");
		await().until(() -> this.feed.call.isCancelled());
	}

	@Test
	void callersFailureReachesTheHandlerBehindWhatWasSent() {
		Stream<Text, Text> stream = open("Feed.Listen", null);
		stream.send(new Text("a"));

		stream.fail(MicroException.conflict("caller", "half of it is lost"));

		assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(409));
		if (this.wire == Wire.GRPC) {
			// A caller of gRPC can say that something is wrong, but not what.
			assertThat(this.feed.outcome).succeedsWithin(PATIENCE).asString().startsWith("499");
			return;
		}
		assertThat(this.feed.outcome).succeedsWithin(PATIENCE).isEqualTo("409 half of it is lost");
		assertThat(this.feed.received).hasValue(1);
	}

	@Test
	void handlerThatSendsSeesTheCallersClose() {
		Stream<Text, Text> stream = open("Feed.Endless", new Text("x"));
		assertThat(stream.receive()).isNotNull();

		stream.close();

		assertThat(this.feed.outcome).succeedsWithin(PATIENCE).asString().startsWith("499");
		assertThat(this.feed.ended).succeedsWithin(PATIENCE);
		await().until(() -> this.server.stats().inFlight() == 0);
	}

	@Test
	void serverThatStopsEndsStreamsWithAnError() {
		Stream<Text, Text> stream = open("Feed.Listen", null);
		stream.send(new Text("a"));
		await().until(() -> this.feed.received.get() == 1);

		this.server.close();

		assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(503))
			.withMessageContaining("feed is stopping");
		assertThat(this.feed.outcome).succeedsWithin(PATIENCE).asString().startsWith("499");
	}

	@Test
	void deadlineEndsAStreamForBothEnds() {
		CallOptions soon = CallOptions.defaults().withTimeout(Duration.ofMillis(150));
		try (Stream<Text, Text> stream = this.client.stream(request("Feed.Listen", null), Text.class, soon)) {
			stream.send(new Text("a"));

			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));
		}
		// Not the good end: a handler must not take what it has got for all there was.
		// gRPC's callers cancel, which may be quicker than the handler's own clock.
		assertThat(this.feed.outcome).succeedsWithin(PATIENCE)
			.asString()
			.startsWith((this.wire == Wire.GRPC) ? "4" : "408");
		await().until(() -> this.server.stats().inFlight() == 0);
	}

	@Test
	void streamIsNotEvenOpenedAfterTheDeadline() {
		int before = this.server.stats().connections();
		CallContext late = new CallContext(Deadline.after(Duration.ZERO), Metadata.empty());

		try (CallContext.Scope scope = late.open()) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> open("Feed.Listen", null))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));
		}
		assertThat(this.server.stats().connections()).isEqualTo(before);
	}

	@Test
	void twoStreamsAtOnceHaveTheirOwnConnectionsAndDoNotMix() {
		int before = this.server.stats().connections();
		try (Stream<Text, Text> one = open("Feed.Echo", null); Stream<Text, Text> two = open("Feed.Echo", null)) {
			for (int i = 0; i < 50; i++) {
				one.send(new Text("one " + i));
				two.send(new Text("two " + i));
			}
			await().until(() -> this.server.stats().connections() == before + 2);
			assertThat(this.client.stats().connectionsInUse()).isEqualTo((this.wire == Wire.MUX) ? 3 : 2);
			one.closeSend();
			two.closeSend();
			assertThat(two.received()).extracting(Text::text)
				.containsExactlyElementsOf(IntStream.range(0, 50).mapToObj((i) -> "two " + i).toList());
			assertThat(one.received()).extracting(Text::text)
				.containsExactlyElementsOf(IntStream.range(0, 50).mapToObj((i) -> "one " + i).toList());
		}
	}

	@Test
	void slowCallerHoldsBackTheHandler() {
		try (Stream<Text, Text> stream = open("Feed.Endless", new Text("x".repeat(64 * 1024)))) {
			assertThat(stream.receive()).isNotNull();

			int sent = settled(this.feed.sent);

			assertThat(sent).isBetween(64, ENDLESS);
			for (int i = 0; i < sent; i++) {
				assertThat(stream.receive()).isNotNull();
			}
			await().until(() -> this.feed.sent.get() > sent);
		}
	}

	@Test
	void slowHandlerHoldsBackTheCaller() {
		AtomicInteger sent = new AtomicInteger();
		try (Stream<Text, Text> stream = open("Feed.Slow", null)) {
			Text text = new Text("x".repeat(64 * 1024));
			CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
				for (int i = 0; i < ENDLESS; i++) {
					stream.send(text);
					sent.incrementAndGet();
				}
				stream.closeSend();
			});

			assertThat(settled(sent)).isBetween(64, ENDLESS - 1);
			this.feed.go.countDown();
			assertThat(sender).succeedsWithin(PATIENCE);
			assertThat(stream.receive()).isEqualTo(new Text(Integer.toString(ENDLESS)));
			assertThat(stream.receive()).isNull();
		}
	}

	@Test
	void senderThatIsHeldBackIsReleasedByItsDeadline() {
		CallOptions soon = CallOptions.defaults().withTimeout(Duration.ofMillis(700));
		try (Stream<Text, Text> stream = this.client.stream(request("Feed.Slow", null), Text.class, soon)) {
			Text text = new Text("x".repeat(64 * 1024));

			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> {
				for (int i = 0; i < ENDLESS; i++) {
					stream.send(text);
				}
			}).satisfies((ex) -> assertThat(ex.code()).isIn(408, 499));
		}
	}

	@Test
	void messagesAfterTheHandlersEndBeginNothing() {
		Stream<Text, Text> stream = open("Feed.First", null);

		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> {
			for (int i = 0; i < 100_000; i++) {
				stream.send(new Text("x"));
			}
		}).satisfies((ex) -> assertThat(ex.code()).isIn(499, 500));

		assertThat(stream.receive()).isEqualTo(new Text("x"));
		assertThat(stream.receive()).isNull();
		await().until(() -> this.server.stats().inFlight() == 0);
		assertThat(this.feed.begun).hasValue(1);
	}

	@Test
	void streamThatTheHandlerEndedIsFreedWithoutItsCallersHelp() {
		int before = this.server.stats().connections();
		Stream<Text, Text> stream = open("Feed.First", null);
		stream.send(new Text("x"));

		await().until(() -> this.server.stats().connections() == before);

		assertThat(stream.receive()).isEqualTo(new Text("x"));
		assertThat(stream.receive()).isNull();
		await().until(() -> this.client.stats().connectionsInUse() == 0);
	}

	@Test
	void nothingIsSentAfterTheCallerSaidSo() {
		try (Stream<Text, Text> stream = open("Feed.Echo", null)) {
			stream.closeSend();
			stream.closeSend();

			// The handler may have ended by then as well.
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> stream.send(new Text("late")))
				.satisfies((ex) -> assertThat(ex.detail()).containsPattern("closed for sending|has ended"));
			assertThat(stream.receive()).isNull();
		}
	}

	@Test
	void serverStreamWithoutARequestIsABadRequest() {
		try (Stream<Text, Text> stream = open("Feed.Failing", null)) {
			stream.closeSend();

			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400));
		}
	}

	@Test
	void messageThatDoesNotDecodeIsABadRequest() {
		try (Stream<Object, Text> stream = this.client.stream(request("Feed.Echo", null), Text.class,
				CallOptions.defaults())) {
			stream.send(new int[] { 1, 2 });

			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400));
		}
	}

	@Test
	void unknownEndpointEndsAStreamOnce() {
		try (Stream<Text, Text> stream = open("Feed.Nope", null)) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
				.withMessageContaining(
						(this.wire == Wire.GRPC) ? "unknown service Feed.Nope" : "can't find method Nope");
		}
	}

	@Test
	void messageOverTheLimitIsNotSentAndTheStreamGoesOn() {
		try (Client small = client(this.wire.client().withMaxMessageSize(1000));
				Stream<Text, Text> stream = small.stream(request("Feed.Echo", null), Text.class,
						CallOptions.defaults())) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> stream.send(new Text("x".repeat(1000))))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413));

			stream.send(new Text("fits"));
			assertThat(stream.receive()).isEqualTo(new Text("fits"));
		}
	}

	@Test
	void receivedMessageOverTheLimitEndsTheStream() {
		try (Client small = client(this.wire.client().withMaxMessageSize(1000));
				Stream<Text, Text> stream = small.stream(request("Feed.Twice", null), Text.class,
						CallOptions.defaults())) {
			stream.send(new Text("x".repeat(600)));

			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413))
				.withMessageContaining("1000");
		}
	}

	@Test
	void clientThatClosesEndsItsStreams() {
		Stream<Text, Text> stream = open("Feed.Listen", null);
		stream.send(new Text("a"));
		await().until(() -> this.feed.received.get() == 1);

		this.client.close();

		assertThat(this.feed.outcome).succeedsWithin(PATIENCE).isEqualTo("end");
		assertThat(stream.receive()).isNull();
	}

	private Client client(ClientOptions options) {
		return Client.builder(this.registry).transport(this.transport).options(options).build();
	}

	private Stream<Text, Text> open(String endpoint, Text first) {
		return this.client.stream(request(endpoint, first), Text.class, CallOptions.defaults());
	}

	private static Request request(String endpoint, Text first) {
		return Request.of("feed", endpoint, first);
	}

	/** What a counter stands at once it does not move any more. */
	private static int settled(AtomicInteger counter) {
		await().atMost(PATIENCE).until(() -> counter.get() > 0);
		int[] last = { -1 };
		await().atMost(PATIENCE).pollInterval(Duration.ofMillis(250)).until(() -> {
			int before = last[0];
			last[0] = counter.get();
			return before == last[0];
		});
		return last[0];
	}

}
