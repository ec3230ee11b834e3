package io.microspring.autoconfigure.observation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.Set;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.microspring.annotation.MicroHandler;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.broker.Broker;
import io.microspring.call.Stream;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.client.CallOptions;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Event;
import io.microspring.broker.EventHandler;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.broker.UnreadableMessageException;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.server.Call;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls, publications and deliveries are observed.
 */
class MicroObservationAutoConfigurationTest {

	private final TestObservationRegistry observations = TestObservationRegistry.create();

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(MicroObservationAutoConfiguration.class))
		.withUserConfiguration(Say.class)
		.withBean(ObservationRegistry.class, () -> this.observations);

	@Test
	void aCallIsObservedOnBothSides() {
		this.runner.run((context) -> {
			call(context.getBean(Client.class), "Say.Hello");
			for (String side : List.of("micro.client", "micro.server")) {
				assertThat(this.observations).hasObservationWithNameEqualTo(side)
					.that()
					.hasContextualNameEqualTo("greeter/Say.Hello")
					.hasLowCardinalityKeyValue("rpc.system", "micro")
					.hasLowCardinalityKeyValue("rpc.service", "greeter")
					.hasLowCardinalityKeyValue("rpc.method", "Say.Hello")
					.hasLowCardinalityKeyValue("code", "200")
					.hasLowCardinalityKeyValue("outcome", "SUCCESS")
					.hasBeenStarted()
					.hasBeenStopped()
					.doesNotHaveError();
			}
		});
	}

	@Test
	void anErrorIsObservedOnBothSides() {
		this.runner.run((context) -> {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> call(context.getBean(Client.class), "Say.Fail"));
			for (String side : List.of("micro.client", "micro.server")) {
				assertThat(this.observations).hasObservationWithNameEqualTo(side)
					.that()
					.hasLowCardinalityKeyValue("code", "409")
					.hasLowCardinalityKeyValue("outcome", "CLIENT_ERROR")
					.hasError()
					.hasBeenStopped();
			}
		});
	}

	@Test
	void aCallThatItsDeadlineAnsweredIsATimeoutHoweverItsHandlerEnds() {
		this.runner.run((context) -> {
			Request request = Request.of("greeter", "Say.Slow", new Text("John"));
			CallOptions options = CallOptions.defaults().withTimeout(Duration.ofMillis(50));
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> context.getBean(Client.class).call(request, Text.class, options));
			Awaitility.await()
				.untilAsserted(() -> assertThat(this.observations).hasObservationWithNameEqualTo("micro.server")
					.that()
					.hasLowCardinalityKeyValue("code", "408")
					.hasLowCardinalityKeyValue("outcome", "CLIENT_ERROR")
					.hasError()
					.hasBeenStopped());
		});
	}

	@Test
	void whatIsUnderWayHasNoOutcomeYet() {
		List<String> started = new CopyOnWriteArrayList<>();
		this.observations.observationConfig().observationHandler(new Starts(started));
		this.runner.run((context) -> {
			call(context.getBean(Client.class), "Say.Hello");
			context.getBean(Client.class).publish("news", new Text("one"));
			Awaitility.await()
				.untilAsserted(() -> assertThat(started).containsExactlyInAnyOrder("micro.client UNKNOWN UNKNOWN",
						"micro.server UNKNOWN UNKNOWN", "micro.publish null UNKNOWN", "micro.consume null UNKNOWN"));
		});
	}

	@Test
	void aStageIsObservedUntilItEnds() {
		this.runner.run((context) -> {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> call(context.getBean(Client.class), "Say.Later"));
			Awaitility.await()
				.untilAsserted(() -> assertThat(this.observations).hasObservationWithNameEqualTo("micro.server")
					.that()
					.hasLowCardinalityKeyValue("code", "404")
					.hasBeenStopped());
		});
	}

	@Test
	void aStreamIsObservedUntilItEnds() {
		this.runner.run((context) -> {
			Client client = context.getBean(Client.class);
			Request request = Request.of("greeter", "Say.Echo", null);
			try (Stream<Text, Text> stream = client.stream(request, Text.class, CallOptions.defaults())) {
				stream.send(new Text("one"));
				assertThat(stream.receive()).isEqualTo(new Text("one"));
				assertThat(this.observations).hasObservationWithNameEqualTo("micro.client")
					.that()
					.hasBeenStarted()
					.isNotStopped();
				stream.closeSend();
				assertThat(stream.receive()).isNull();
			}
			for (String side : List.of("micro.client", "micro.server")) {
				Awaitility.await()
					.untilAsserted(() -> assertThat(this.observations).hasObservationWithNameEqualTo(side)
						.that()
						.hasContextualNameEqualTo("greeter/Say.Echo")
						.doesNotHaveError()
						.hasBeenStopped());
			}
		});
	}

	@Test
	void aMessageIsObservedWherePublishedAndWhereConsumed() {
		this.runner.run((context) -> {
			context.getBean(Client.class).publish("news", new Text("one"));
			for (String side : List.of("micro.publish", "micro.consume")) {
				Awaitility.await()
					.untilAsserted(() -> assertThat(this.observations).hasObservationWithNameEqualTo(side)
						.that()
						.hasLowCardinalityKeyValue("messaging.system", "micro")
						.hasLowCardinalityKeyValue("messaging.destination.name", "news")
						.hasLowCardinalityKeyValue("outcome", "SUCCESS")
						.hasBeenStopped());
			}
		});
	}

	@Test
	void eachAttemptIsObservedAndSoIsWhatBecomesOfTheMessage() {
		this.runner.withUserConfiguration(Failing.class)
			.withPropertyValues("micro.broker.retry.backoff.type=none")
			.run((context) -> {
				context.getBean(Client.class).publish("failing", new Text("one"));
				context.getBean(Broker.class)
					.publish("failing",
							new Message(Metadata.of("Content-Type", "application/json"), new byte[] { '{' }));
				Awaitility.await().untilAsserted(() -> {
					for (String expected : List.of("1 RETRY", "2 DEAD_LETTER", "1 DEAD_LETTER")) {
						String[] parts = expected.split(" ");
						assertThat(this.observations)
							.hasAnObservation((observation) -> observation.hasNameEqualTo("micro.consume")
								.hasLowCardinalityKeyValue("messaging.consumer.group.name", "q")
								.hasLowCardinalityKeyValue("attempt", parts[0])
								.hasLowCardinalityKeyValue("outcome", parts[1])
								.hasError());
					}
				});
			});
	}

	@Test
	void aMessageThatItsBrokerCannotReadIsObserved() {
		Taking broker = new Taking(Broker.memory());
		this.runner.withUserConfiguration(Failing.class).withBean(Broker.class, () -> broker).run((context) -> {
			broker.taken.get("failing")
				.unreadable(new Raw("failing", Message.of(Metadata.empty())),
						new UnreadableMessageException("no envelope", null));
			assertThat(this.observations).hasAnObservation((observation) -> observation.hasNameEqualTo("micro.consume")
				.hasLowCardinalityKeyValue("messaging.destination.name", "failing")
				.hasLowCardinalityKeyValue("messaging.consumer.group.name", "q")
				.hasLowCardinalityKeyValue("outcome", "DEAD_LETTER")
				.hasError());
		});
	}

	@Test
	void aConventionOfTheApplicationDescribesCalls() {
		this.runner.withBean(ServerCallConvention.class, OwnConvention::new).run((context) -> {
			call(context.getBean(Client.class), "Say.Hello");
			assertThat(this.observations).hasAnObservation(
					(observation) -> observation.hasNameEqualTo("own").hasLowCardinalityKeyValue("own", "yes"));
		});
	}

	@Test
	void whenTurnedOffThenNothingIsObserved() {
		this.runner.withPropertyValues("micro.observability.enabled=false").run((context) -> {
			call(context.getBean(Client.class), "Say.Hello");
			assertThat(this.observations).doesNotHaveAnyObservation();
		});
	}

	@Test
	void whenThereIsNoRegistryThenNothingIsIntercepted() {
		MicroRunner.memory()
			.withConfiguration(AutoConfigurations.of(MicroObservationAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ObservedCalls.class));
		MicroRunner.memory()
			.withConfiguration(AutoConfigurations.of(MicroObservationAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(ObservationRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(MicroObservationAutoConfiguration.class));
	}

	@Test
	void aRegistryThatObservesNothingCostsNothing() {
		ObservedCalls calls = new ObservedCalls(ObservationRegistry.NOOP, ClientCallConvention.DEFAULT);
		calls.apply((call) -> {
			assertThat(call.options()).isSameAs(CallOptions.defaults());
			return CompletableFuture.completedFuture(null);
		}).call(new Outgoing(Request.of("a", "B.C", null), Text.class, CallOptions.defaults(), false)).join();
	}

	private static void call(Client client, String endpoint) {
		client.call(Request.of("greeter", endpoint, new Text("John")), Text.class);
	}

	/** What the meters of active observations see. */
	record Starts(List<String> started) implements ObservationHandler<Observation.Context> {

		@Override
		public void onStart(Observation.Context context) {
			KeyValue code = context.getLowCardinalityKeyValue("code");
			KeyValue outcome = context.getLowCardinalityKeyValue("outcome");
			this.started.add(context.getName() + " " + ((code != null) ? code.getValue() : null) + " "
					+ ((outcome != null) ? outcome.getValue() : null));
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

	record Text(String text) {

	}

	@MicroHandler
	static class Say {

		public Text hello(Text in) {
			return in;
		}

		public Text fail(Text in) {
			throw MicroException.conflict("greeter", "taken");
		}

		/** Takes longer than it has, and succeeds. */
		public Text slow(Text in, Call call) {
			// Well past it: the timers of both ends have a tick of their own.
			Awaitility.await().until(() -> call.deadline().remainingNanos() < -Duration.ofMillis(500).toNanos());
			return in;
		}

		public CompletionStage<Text> later(Text in) {
			return CompletableFuture.failedFuture(MicroException.notFound("greeter", "nobody"));
		}

		public void echo(Stream<Text, Text> stream) {
			stream.received().forEach(stream::send);
		}

		@MicroSubscriber(topic = "news")
		public void onNews(Text news) {
		}

	}

	static class Failing {

		@MicroSubscriber(topic = "failing", queue = "q", attempts = "2", deadLetter = "dead")
		public void onText(Text text) {
			throw new IllegalStateException("no");
		}

	}

	static class OwnConvention implements ServerCallConvention {

		@Override
		public String getName() {
			return "own";
		}

		@Override
		public KeyValues getLowCardinalityKeyValues(ServerCallContext context) {
			return KeyValues.of("own", "yes");
		}

	}

	private record Raw(String topic, Message message) implements Event {

		@Override
		public void ack() {
		}

	}

	/** Keeps the handlers. */
	private record Taking(Broker broker, Map<String, EventHandler> taken) implements Broker {

		Taking(Broker broker) {
			this(broker, new ConcurrentHashMap<>());
		}

		@Override
		public String name() {
			return this.broker.name();
		}

		@Override
		public String address() {
			return this.broker.address();
		}

		@Override
		public void connect() {
			this.broker.connect();
		}

		@Override
		public void publish(String topic, Message message) {
			this.broker.publish(topic, message);
		}

		@Override
		public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
			this.taken.put(topic, handler);
			return this.broker.subscribe(topic, options, handler);
		}

		@Override
		public Set<BrokerFeature> features() {
			return this.broker.features();
		}

		@Override
		public void close() {
			this.broker.close();
		}

	}

}
