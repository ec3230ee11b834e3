package io.microspring.server;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Handlers and clients written with futures and publishers, the JDK's and Reactor's.
 */
@ParameterizedClass
@EnumSource
class StreamFlavoursTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Registry registry = Registry.memory();

	private final Wire wire;

	private final Transport transport;

	private final Numbers numbers = new Numbers();

	private Server server;

	private Client client;

	private NumbersClient api;

	StreamFlavoursTest(Wire wire) {
		this.wire = wire;
		this.transport = wire.transport();
	}

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("numbers")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofMillis(300)))
			.build()
			.handle(Handler.of(this.numbers));
		this.server.start();
		this.server.register();
		this.client = Client.builder(this.registry).transport(this.transport).options(this.wire.client()).build();
		this.wire.warm(this.client, "numbers");
		this.api = this.client.proxy("numbers", NumbersClient.class);
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void fluxIsReceivedAsFluxPublisherAndStream() {
		List<Integer> expected = IntStream.range(0, 500).boxed().toList();

		assertThat(this.api.flux(500).collectList().block(PATIENCE)).isEqualTo(expected);
		assertThat(JdkFlowAdapter.flowPublisherToFlux(this.api.published(500)).collectList().block(PATIENCE))
			.isEqualTo(expected);
		try (Stream<Void, Integer> stream = this.api.stream(500)) {
			assertThat(stream.received()).containsExactlyElementsOf(expected);
		}
	}

	@Test
	void publisherThatSubscribesOnAThreadOfItsOwnIsSentWhole() {
		assertThat(this.api.submitted(300).collectList().block(PATIENCE))
			.isEqualTo(IntStream.range(0, 300).boxed().toList());
	}

	@Test
	void publishersGoBothWays() {
		Flux<Integer> doubled = this.api.doubled(Flux.range(0, 300));
		Flow.Publisher<Integer> flow = this.api
			.doubledFlow(JdkFlowAdapter.publisherToFlowPublisher(Flux.range(0, 300)));

		List<Integer> expected = IntStream.range(0, 300).map((i) -> 2 * i).boxed().toList();
		assertThat(doubled.collectList().block(PATIENCE)).isEqualTo(expected);
		assertThat(JdkFlowAdapter.flowPublisherToFlux(flow).collectList().block(PATIENCE)).isEqualTo(expected);
	}

	@Test
	void noRequestIsNeededWhereNoneIsTaken() {
		assertThat(this.api.three().collectList().block(PATIENCE)).containsExactly(1, 2, 3);
		try (Stream<Void, Integer> stream = this.api.threeByHand()) {
			assertThat(stream.received()).containsExactly(1, 2, 3);
		}
	}

	@Test
	void futuresAndMonosAreAnswered() {
		assertThat(this.api.later(4).toCompletableFuture().join()).isEqualTo(5);
		assertThat(this.api.mono(4).block(PATIENCE)).isEqualTo(5);
		assertThat(this.api.empty(4).blockOptional(PATIENCE)).isEmpty();
	}

	@Test
	void errorsOfFuturesMonosAndFluxesTravel() {
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> this.api.later(-1).join())
			.satisfies((ex) -> assertThat(ex.getCause()).isInstanceOf(MicroException.class)
				.hasMessageContaining("no negatives"));
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> this.api.mono(-1).block(PATIENCE))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400));
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.api.failing(3).collectList().block(PATIENCE))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400));
	}

	@Test
	void monoAndFluxCallOnceForEachSubscriberAndNotBefore() {
		Mono<Integer> mono = this.api.mono(1);
		Flux<Integer> flux = this.api.flux(2);
		assertThat(this.numbers.calls).hasValue(0);

		assertThat(mono.block(PATIENCE)).isEqualTo(mono.block(PATIENCE));
		assertThat(this.numbers.calls).hasValue(2);
		assertThat(flux.collectList().block(PATIENCE)).isEqualTo(flux.collectList().block(PATIENCE));
		assertThat(this.numbers.calls).hasValue(4);
	}

	@Test
	void subscriberOfAnUnknownServiceIsTold() {
		NumbersClient nobody = this.client.proxy("nobody", NumbersClient.class);

		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> nobody.flux(1).blockLast(PATIENCE))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(404));
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> nobody.mono(1).block(PATIENCE))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(404));
	}

	@Test
	void cancellingAFluxCancelsTheHandlersPublisherEvenAnIdleOne() {
		int before = this.server.stats().connections();
		Disposable subscription = this.api.idle(1).subscribe();
		await().until(() -> this.numbers.calls.get() == 1);

		subscription.dispose();

		assertThat(this.numbers.cancelled).succeedsWithin(PATIENCE);
		await().until(() -> this.server.stats().inFlight() == 0 && this.server.stats().connections() == before);
		await().until(() -> this.client.stats().connectionsInUse() == 0);
	}

	@Test
	void deadlineCancelsTheHandlersPublisher() {
		Flux<Integer> idle = this.api.idle(1, CallOptions.defaults().withTimeout(Duration.ofMillis(150)));

		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> idle.blockLast(PATIENCE))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));
		assertThat(this.numbers.cancelled).succeedsWithin(PATIENCE);
	}

	@Test
	void handlersEndCancelsTheCallersPublisher() {
		CompletableFuture<Void> cancelled = new CompletableFuture<>();
		Flux<Integer> requests = Flux.concat(Flux.range(0, 5), Flux.<Integer>never())
			.doOnCancel(() -> cancelled.complete(null));

		assertThat(this.api.firstThree(requests).collectList().block(PATIENCE)).containsExactly(0, 1, 2);

		assertThat(cancelled).succeedsWithin(PATIENCE);
	}

	@Test
	void failureOfTheCallersPublisherReachesTheHandlerAndTheCaller() {
		Flux<Integer> requests = Flux.concat(Flux.range(0, 5), Flux.error(MicroException.conflict("caller", "lost")));

		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.api.sum(requests).collectList().block(PATIENCE))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(409));

		assertThat(this.numbers.outcome).succeedsWithin(PATIENCE).isIn("failed", "cancelled");
	}

	@Test
	void cancellingAMonoGivesTheCallUp() {
		Disposable subscription = this.api.never(1).subscribe();
		await().until(() -> this.numbers.calls.get() == 1);
		assertThat(this.client.stats().callsInFlight()).isEqualTo(1);

		subscription.dispose();

		assertThat(this.client.stats().callsInFlight()).isZero();
		assertThat(this.api.mono(1).block(PATIENCE)).isEqualTo(2);
	}

	@Test
	void subscriberThatAsksForLittleHoldsBackThePublisher() {
		OneByOne subscriber = new OneByOne();
		this.api.large(1).subscribe(subscriber);
		await().until(() -> subscriber.received.get() == 1);

		int emitted = settled(this.numbers.emitted);

		assertThat(emitted).isLessThan(2000);
		subscriber.request(Long.MAX_VALUE);
		await().until(() -> this.numbers.emitted.get() > emitted);
		subscriber.cancel();
	}

	@Test
	void publisherBelongsToTheCallThatMadeIt() {
		Flux<Long> left;
		CallContext context = new CallContext(Deadline.after(Duration.ofSeconds(3)), Metadata.of("traceparent", "x"));
		try (CallContext.Scope scope = context.open()) {
			left = this.api.left(1);
		}

		assertThat(Duration.ofNanos(left.blockFirst(PATIENCE))).isPositive().isLessThan(Duration.ofSeconds(3));
	}

	@Test
	void publisherOfRequestsNeedsAPublisherOfAnswers() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.proxy("numbers", SumClient.class))
			.withMessageContaining("sum")
			.withMessageContaining("a method of a client is one of");
	}

	private static int settled(AtomicInteger counter) {
		int[] last = { -1 };
		await().atMost(PATIENCE).pollInterval(Duration.ofMillis(250)).until(() -> {
			int before = last[0];
			last[0] = counter.get();
			return before == last[0];
		});
		return last[0];
	}

	interface NumbersClient {

		Flux<Integer> flux(int count);

		@MicroEndpoint(name = "Flux")
		Flow.Publisher<Integer> published(int count);

		@MicroEndpoint(name = "Flux")
		Stream<Void, Integer> stream(int count);

		Flux<Integer> submitted(int count);

		Flux<Integer> doubled(Flux<Integer> numbers);

		Flow.Publisher<Integer> doubledFlow(Flow.Publisher<Integer> numbers);

		Flux<Integer> three();

		@MicroEndpoint(name = "Three")
		Stream<Void, Integer> threeByHand();

		CompletableFuture<Integer> later(int number);

		Mono<Integer> mono(int number);

		Mono<Integer> empty(int number);

		Mono<Integer> never(int number);

		Flux<Integer> failing(int count);

		Flux<Integer> idle(int number);

		Flux<Integer> idle(int number, CallOptions options);

		Flux<Integer> firstThree(Flux<Integer> numbers);

		Flux<Integer> sum(Flux<Integer> numbers);

		Flux<String> large(int number);

		Flux<Long> left(int number);

	}

	interface SumClient {

		Integer sum(Flow.Publisher<Integer> numbers);

	}

	@SuppressWarnings("unused")
	static class Numbers {

		final AtomicInteger calls = new AtomicInteger();

		final AtomicInteger emitted = new AtomicInteger();

		final CompletableFuture<Void> cancelled = new CompletableFuture<>();

		final CompletableFuture<String> outcome = new CompletableFuture<>();

		public Flux<Integer> flux(int count) {
			this.calls.incrementAndGet();
			return Flux.range(0, count);
		}

		public Flow.Publisher<Integer> submitted(int count) {
			SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>();
			CompletableFuture.runAsync(() -> {
				await().until(publisher::hasSubscribers);
				IntStream.range(0, count).forEach(publisher::submit);
				publisher.close();
			});
			return publisher;
		}

		public Flux<Integer> doubled(Flux<Integer> numbers) {
			return numbers.map((number) -> 2 * number);
		}

		public Flow.Publisher<Integer> doubledFlow(Flow.Publisher<Integer> numbers) {
			return JdkFlowAdapter
				.publisherToFlowPublisher(JdkFlowAdapter.flowPublisherToFlux(numbers).map((number) -> 2 * number));
		}

		public Flux<Integer> three() {
			return Flux.just(1, 2, 3);
		}

		public CompletionStage<Integer> later(int number) {
			return (number >= 0) ? CompletableFuture.supplyAsync(() -> number + 1)
					: CompletableFuture.failedFuture(MicroException.badRequest("numbers", "no negatives"));
		}

		public Mono<Integer> mono(int number) {
			this.calls.incrementAndGet();
			return (number >= 0) ? Mono.just(number + 1)
					: Mono.error(MicroException.badRequest("numbers", "no negatives"));
		}

		public Mono<Integer> empty(int number) {
			return Mono.empty();
		}

		public Mono<Integer> never(int number) {
			this.calls.incrementAndGet();
			return Mono.never();
		}

		public Flux<Integer> failing(int count) {
			return Flux.concat(Flux.range(0, count), Flux.error(MicroException.badRequest("numbers", "enough")));
		}

		public Flux<Integer> idle(int number) {
			this.calls.incrementAndGet();
			return Flux.<Integer>never().doOnCancel(() -> this.cancelled.complete(null));
		}

		public Flux<Integer> firstThree(Flux<Integer> numbers) {
			return numbers.take(3);
		}

		public Flux<Integer> sum(Flux<Integer> numbers) {
			return numbers.doOnComplete(() -> this.outcome.complete("complete"))
				.doOnError((ex) -> this.outcome.complete("failed"))
				.doOnCancel(() -> this.outcome.complete("cancelled"))
				.reduce(Integer::sum)
				.flux();
		}

		public Flux<String> large(int number) {
			String text = "x".repeat(64 * 1024);
			return Flux.generate((sink) -> {
				this.emitted.incrementAndGet();
				sink.next(text);
			});
		}

		public Flux<Long> left(int number, Call call) {
			return Flux.just(call.deadline().remaining().toNanos());
		}

	}

	private static final class OneByOne extends BaseSubscriber<String> {

		private final AtomicInteger received = new AtomicInteger();

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			subscription.request(1);
		}

		@Override
		protected void hookOnNext(String value) {
			this.received.incrementAndGet();
		}

	}

}
