package io.microspring.server;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Change;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * How a server comes into a registry, stays there, and goes.
 */
class RegistrationTest {

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.memory();

	@AfterEach
	void close() {
		this.transport.close();
		this.registry.close();
	}

	@Test
	void nodeCarriesGoMicrosMetadataAndItsEndpointsTheirTrees() {
		Server server = server(this.registry, options()).handle(Handler.of(new Say()));
		server.subscribe(Subscriber.of("news", Name.class, (delivery) -> {
		}));
		server.start();

		Service service = server.service();

		assertThat(service.name()).isEqualTo("greeter");
		assertThat(service.version()).isEqualTo("latest");
		assertThat(service.nodes()).singleElement().satisfies((node) -> {
			assertThat(node.id()).isEqualTo("greeter-7");
			assertThat(node.address()).isEqualTo(server.address());
			assertThat(node.metadata()).containsEntry("protocol", "mucp")
				.containsEntry("server", "mucp")
				.containsEntry("transport", "memory")
				.containsEntry("registry", "memory")
				.containsEntry("broker", "none");
		});
		Endpoint hello = service.endpoints().get(0);
		assertThat(hello.name()).isEqualTo("Say.Hello");
		assertThat(hello.request()).isEqualTo(new Value("Name", "Name",
				List.of(new Value("name", "string", List.of()), new Value("count", "int64", List.of()),
						new Value("tags", "[]string", List.of()),
						new Value("inner", "Inner", List.of(new Value("deep", "Deep", List.of()))))));
		assertThat(hello.response()).isEqualTo(new Value("string", "string", List.of()));
		assertThat(service.endpoints().get(1).name()).isEqualTo("Subscriber");
		assertThat(service.endpoints().get(1).metadata())
			.isEqualTo(java.util.Map.of("subscriber", "true", "topic", "news"));
		server.close();
	}

	@Test
	void registryThatForgotLearnsAgain() {
		Server server = server(this.registry, options().withRegister(Duration.ofSeconds(60), Duration.ofMillis(50)));
		server.start();
		server.register();

		this.registry.deregister(this.registry.get("greeter").get(0));

		await().until(() -> !this.registry.get("greeter").isEmpty());
		server.close();
		assertThat(this.registry.get("greeter")).isEmpty();
	}

	@Test
	void registrationOutlivesItsTimeToLiveWhileItIsRenewed() {
		Server server = server(this.registry, options().withRegister(Duration.ofMillis(400), Duration.ofMillis(50)));
		Instant start = Instant.now();
		server.start();
		server.register();

		await().during(Duration.ofMillis(800)).until(() -> !this.registry.get("greeter").isEmpty());

		assertThat(Duration.between(start, Instant.now())).isGreaterThan(Duration.ofMillis(400));
		server.close();
	}

	@Test
	void registryThatIsDownAtStartIsTriedAgainAndHealthSaysSo() {
		Switched switched = new Switched(this.registry);
		switched.down = true;
		Server server = server(switched, options());
		server.start();

		server.register();

		assertThat(server.health().state()).isEqualTo(HealthReport.State.DEGRADED);
		assertThat(server.health().detail()).contains("no registry here");
		assertThat(server.stats().registered()).isFalse();
		switched.down = false;
		await().until(() -> !this.registry.get("greeter").isEmpty());
		await().until(() -> server.health().state() == HealthReport.State.UP);
		server.close();
	}

	@Test
	void subscribersThatCouldNotAllBeStartedAreStartedAnew() {
		List<String> received = new CopyOnWriteArrayList<>();
		Broker first = Broker.memory();
		AtomicBoolean refuses = new AtomicBoolean(true);
		Broker broker = (Broker) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Broker.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("subscribe") && arguments[0].equals("b") && refuses.get()) {
						throw new BrokerException("not now", null);
					}
					return method.invoke(first, arguments);
				});
		Server server = Server.builder(this.registry)
			.options(options())
			.transport(this.transport)
			.broker(broker)
			.build();
		for (String topic : List.of("a", "b")) {
			server.subscribe(Subscriber.of(topic, String.class, (delivery) -> received.add(delivery.topic())));
		}
		server.start();
		assertThatExceptionOfType(BrokerException.class).isThrownBy(server::startSubscribers);

		refuses.set(false);
		server.startSubscribers();

		for (String topic : List.of("a", "b")) {
			first.publish(topic, new Message(Metadata.of("Content-Type", "application/json"),
					"\"x\"".getBytes(StandardCharsets.UTF_8)));
		}
		await().untilAsserted(() -> assertThat(received).containsExactlyInAnyOrder("a", "b"));
		server.close();
		first.close();
	}

	@Test
	void registryThatGoesDownLaterLeavesTheServerServing() {
		Switched switched = new Switched(this.registry);
		Server server = server(switched, options().withRegister(Duration.ofSeconds(60), Duration.ofMillis(50)));
		server.start();
		server.register();

		switched.down = true;

		await().until(() -> server.health().state() == HealthReport.State.DEGRADED);
		assertThat(server.stats().running()).isTrue();
		server.close();
	}

	@Test
	void stoppingDeregistersWaitsForTheNewsAndOnlyThenCloses() {
		Server server = server(this.registry, options().withShutdown(Duration.ofMillis(300), Duration.ofSeconds(1)));
		server.start();
		server.register();
		String address = server.address();
		AtomicReference<Boolean> answersAfterDeregistration = new AtomicReference<>();
		this.registry.watch("greeter", (change) -> {
			if (change.action() == Change.Action.DELETE) {
				answersAfterDeregistration
					.set(this.transport.dial(address, Duration.ofSeconds(1)).handle((s, ex) -> ex == null).join());
			}
		});
		Instant start = Instant.now();

		server.close();

		assertThat(Duration.between(start, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(300));
		await().untilAsserted(() -> assertThat(answersAfterDeregistration.get()).isTrue());
		assertThat(this.transport.dial(address, Duration.ofSeconds(1))).isCompletedExceptionally();
	}

	private ServerOptions options() {
		return ServerOptions.named("greeter")
			.withId("7")
			.withAddress("127.0.0.1:0")
			.withShutdown(Duration.ZERO, Duration.ofSeconds(1));
	}

	private Server server(Registry where, ServerOptions options) {
		return Server.builder(where).transport(this.transport).options(options).build();
	}

	public record Name(String name, long count, List<String> tags, Inner inner) {
	}

	public record Inner(Deep deep) {
	}

	public record Deep(String bottom) {
	}

	@SuppressWarnings("unused")
	public static final class Say {

		public String hello(Name name) {
			return name.name();
		}

	}

	/** A registry that can be switched off. */
	private static final class Switched implements Registry {

		private final Registry behind;

		private volatile boolean down;

		Switched(Registry behind) {
			this.behind = behind;
		}

		private Registry up() {
			if (this.down) {
				throw new RegistryException("no registry here", null);
			}
			return this.behind;
		}

		@Override
		public String name() {
			return "switched";
		}

		@Override
		public void register(Service service, Duration ttl) {
			up().register(service, ttl);
		}

		@Override
		public void deregister(Service service) {
			up().deregister(service);
		}

		@Override
		public List<Service> get(String name) {
			return up().get(name);
		}

		@Override
		public List<Service> list() {
			return up().list();
		}

		@Override
		public Watcher watch(String name, Consumer<Change> listener) {
			return up().watch(name, listener);
		}

		@Override
		public void close() {
		}

	}

}
