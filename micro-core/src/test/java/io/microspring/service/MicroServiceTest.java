package io.microspring.service;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.microspring.broker.Broker;
import io.microspring.client.CallOptions;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Subscriber;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A whole service, without Spring: its life, its interceptors, its flags.
 */
class MicroServiceTest {

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.memory();

	private final Broker broker = Broker.memory();

	private final List<String> seen = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.broker.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void hooksRunAroundStartAndStopInTheirOrder() {
		MicroService service = plan("greeter")
			.beforeStart(() -> this.seen.add("before start, registered " + !this.registry.get("greeter").isEmpty()))
			.afterStart(() -> this.seen.add("after start, registered " + !this.registry.get("greeter").isEmpty()))
			.beforeStop(() -> this.seen.add("before stop, registered " + !this.registry.get("greeter").isEmpty()))
			.afterStop(() -> this.seen.add("after stop, registered " + !this.registry.get("greeter").isEmpty()))
			.build();

		service.start();
		service.close();
		service.close();

		assertThat(this.seen).containsExactly("before start, registered false", "after start, registered true",
				"before stop, registered true", "after stop, registered false");
	}

	@Test
	void hookThatFailsBeforeTheStartLeavesNothingBehind() {
		MicroService service = plan("greeter").beforeStart(() -> {
			throw new IllegalStateException("not today");
		}).build();

		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(service::start).withMessage("not today");
		assertThat(this.registry.get("greeter")).isEmpty();
		service.close();
	}

	@Test
	void hookThatFailsAfterTheStartStopsTheService() {
		MicroService service = plan("greeter").afterStart(() -> {
			throw new IllegalStateException("not today");
		}).build();

		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(service::start);
		assertThat(this.registry.get("greeter")).isEmpty();
	}

	@Test
	void runReturnsOnceTheServiceIsClosed() {
		MicroService service = plan("greeter").handleSignals(false).build();
		CompletableFuture<Void> running = CompletableFuture.runAsync(service::run);
		await().until(() -> !this.registry.get("greeter").isEmpty());

		service.close();

		assertThat(running).succeedsWithin(Duration.ofSeconds(5));
	}

	@Test
	void interceptorsWrapCallsAndHandlersTheFirstOutermost() {
		try (MicroService service = plan("greeter").interceptCalls((next) -> (call) -> {
			this.seen.add("call 1 " + call.request().endpoint());
			return next.call(call.withOptions(call.options().withMetadata("X-Caller", "one")));
		}).interceptCalls((next) -> (call) -> {
			this.seen.add("call 2");
			return next.call(call);
		}).interceptHandlers((next) -> (call) -> {
			this.seen.add("handler 1 " + call.metadata().get("x-caller"));
			return next.handle(call);
		}).interceptHandlers((next) -> (call) -> {
			this.seen.add("handler 2 " + call.request());
			return next.handle(call);
		}).build()) {
			service.start();

			service.client().call(Request.of("greeter", "Echo.Say", "hi"), String.class);
		}

		assertThat(this.seen).containsExactly("call 1 Echo.Say", "call 2", "handler 1 one", "handler 2 hi");
	}

	@Test
	void interceptorMayAnswerInsteadOfTheHandler() {
		try (MicroService service = plan("greeter").interceptHandlers((next) -> (call) -> {
			throw MicroException.forbidden("greeter", "not you");
		}).build()) {
			service.start();

			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> service.client().call(Request.of("greeter", "Echo.Say", "hi"), String.class))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(403));
		}
	}

	@Test
	void interceptorsWrapPublicationsAndSubscribers() throws Exception {
		BlockingQueue<String> received = new LinkedBlockingQueue<>();
		try (MicroService service = plan("greeter").interceptPublications((next) -> (publication) -> {
			this.seen.add("publish " + publication.topic());
			next.publish(publication.withMetadata(publication.metadata().with("X-By", "me")));
		}).interceptSubscribers((next) -> (delivery) -> {
			this.seen.add("deliver " + delivery.topic() + " " + delivery.metadata().get("X-By"));
			next.handle(delivery);
		})
			.subscribe(
					Subscriber.of("news", String.class, (delivery) -> received.add(String.valueOf(delivery.payload()))))
			.build()) {
			service.start();

			service.client().publish("news", "good", Metadata.of("X-Kind", "daily"));

			assertThat(received.poll(5, TimeUnit.SECONDS)).isEqualTo("good");
		}
		assertThat(this.seen).containsExactly("publish news", "deliver news me");
	}

	@Test
	void exceptionHandlerMapsWhatHandlersThrow() {
		try (MicroService service = plan("greeter")
			.handle(Handler.named("Bad").unary("Call", String.class, String.class, (call) -> {
				throw new UnsupportedOperationException("later");
			}).build())
			.exceptionHandler((exception, call) -> (exception instanceof UnsupportedOperationException)
					? MicroException.of("greeter", 501, call.endpoint() + " comes later") : null)
			.build()) {
			service.start();

			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> service.client().call(Request.of("greeter", "Bad.Call", "x"), String.class))
				.satisfies((ex) -> assertThat(ex.detail()).isEqualTo("Bad.Call comes later"));
		}
	}

	@Test
	void flagWinsOverVariableAndVariableOverBuilder() {
		MicroService flagged = plan("built").environment(Map.of("MICRO_SERVER_NAME", "variable"))
			.arguments("--server_name=flag")
			.build();
		MicroService variable = plan("built").environment(Map.of("MICRO_SERVER_NAME", "variable")).build();
		MicroService built = plan("built").environment(Map.of()).build();

		assertThat(List.of(flagged.name(), variable.name(), built.name())).containsExactly("flag", "variable", "built");
		List.of(flagged, variable, built).forEach(MicroService::close);
	}

	@Test
	void flagsChooseThePartsByName() {
		try (MicroService service = MicroService.named("greeter")
			.environment(Map.of("MICRO_BROKER", "memory"))
			.arguments("--registry", "memory", "--transport=memory", "--selector=round-robin", "--server_version=2",
					"--server_metadata", "zone=eu")
			.build()) {
			service.start();

			assertThat(service.server().service().nodes().get(0).metadata()).containsEntry("registry", "memory")
				.containsEntry("transport", "memory")
				.containsEntry("broker", "memory")
				.containsEntry("zone", "eu")
				.containsEntry("protocol", "mucp");
			assertThat(service.server().service().version()).isEqualTo("2");
		}
	}

	@Test
	void unknownNameListsTheKnownOnes() {
		assertThatExceptionOfType(UnknownPluginException.class)
			.isThrownBy(
					() -> MicroService.named("greeter").arguments("--registry=zookeeper").environment(Map.of()).build())
			.withMessageContaining("zookeeper")
			.withMessageContaining("mdns, memory");
	}

	@Test
	void serviceThatCannotBePutTogetherClosesWhatItMade() {
		Plugin recording = Plugin.transport("recorded", (address) -> new Transport() {

			@Override
			public String name() {
				return "recorded";
			}

			@Override
			public CompletableFuture<Socket> dial(String address, Duration timeout) {
				return MicroServiceTest.this.transport.dial(address, timeout);
			}

			@Override
			public Listener listen(String address, Consumer<Socket> onAccept) {
				return MicroServiceTest.this.transport.listen(address, onAccept);
			}

			@Override
			public void close() {
				MicroServiceTest.this.seen.add("closed");
			}

		});
		MicroServiceBuilder plan = MicroService.named("greeter")
			.catalogue(Catalogue.embedded().with(List.of(recording)))
			.environment(Map.of())
			.arguments("--registry=memory", "--transport=recorded", "--broker=none");

		assertThatExceptionOfType(UnknownPluginException.class).isThrownBy(plan::build);
		assertThat(this.seen).containsExactly("closed");
	}

	@Test
	void functionExitsAfterOneCallAndRefusesTheNext() {
		MicroService function = plan("once").handleSignals(false).buildFunction();
		CompletableFuture<Void> running = CompletableFuture.runAsync(function::run);
		await().until(() -> !this.registry.get("once").isEmpty());
		try (MicroService caller = plan("caller").build()) {
			String answer = caller.client()
				.call(Request.of("once", "Echo.Say", "hi"), String.class, CallOptions.defaults());

			assertThat(answer).isEqualTo("hi");
			assertThat(running).succeedsWithin(Duration.ofSeconds(5));
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> caller.client().call(Request.of("once", "Echo.Say", "again"), String.class));
		}
		assertThat(this.registry.get("once")).isEmpty();
	}

	@Test
	void functionExitsAfterOneEvent() {
		MicroService function = plan("once")
			.subscribe(Subscriber.of("work", String.class, (delivery) -> this.seen.add("did " + delivery.payload())))
			.handleSignals(false)
			.buildFunction();
		CompletableFuture<Void> running = CompletableFuture.runAsync(function::run);
		await().until(() -> !this.registry.get("once").isEmpty());
		try (MicroService caller = plan("caller").build()) {
			caller.client().publish("work", "this");

			assertThat(running).succeedsWithin(Duration.ofSeconds(5));
		}
		assertThat(this.seen).containsExactly("did this");
	}

	@Test
	void publishingWithoutABrokerSaysSo() {
		try (io.microspring.client.Client client = io.microspring.client.Client.builder(this.registry)
			.transport(this.transport)
			.build()) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> client.publish("news", "x"))
				.withMessageContaining("needs a broker");
		}
	}

	private MicroServiceBuilder plan(String name) {
		return MicroService.named(name)
			.environment(Map.of())
			.registry(this.registry)
			.transport(this.transport)
			.broker(this.broker)
			.address("127.0.0.1:0")
			.server((options) -> options.withShutdown(Duration.ZERO, Duration.ofSeconds(2)))
			.handle(Handler.named("Echo").unary("Say", String.class, String.class, (call) -> call.request()).build());
	}

}
