package io.microspring.autoconfigure.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.microspring.annotation.MicroClient;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.server.Call;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is known before the first call.
 */
class DiscoveryWarmUpTest {

	private final AskedRegistry asked = new AskedRegistry();

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withUserConfiguration(Application.class)
		.withBean(Registry.class, () -> Registry.cached(this.asked, CacheOptions.defaults()));

	@Test
	void servicesOfTheInterfacesAreLookedUpAtTheStart() {
		this.asked.answers.countDown();
		this.asked.register(
				new Service("stock", "1", Map.of(), List.of(), List.of(new Node("stock-1", "127.0.0.1:1", Map.of()))),
				Duration.ZERO);
		this.runner.run((context) -> {
			Awaitility.await().until(() -> this.asked.names.contains("stock"));
			Registry registry = context.getBean(Registry.class);
			Awaitility.await().until(() -> this.asked.watched.contains("stock"));
			this.asked.names.clear();
			assertThat(registry.get("stock")).hasSize(1);
			assertThat(this.asked.names).isEmpty();
		});
	}

	@Test
	void servicesAtAnAddressAreNot() {
		this.asked.answers.countDown();
		this.runner.run((context) -> {
			Awaitility.await().until(() -> this.asked.names.contains("stock"));
			assertThat(this.asked.names).doesNotContain("fixed");
		});
	}

	@Test
	void theStartWaitsNoLongerThanItMay() {
		this.runner.withPropertyValues("micro.client.warm-up-timeout=50ms").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.asked.answers.getCount()).isEqualTo(1);
			this.asked.answers.countDown();
		});
	}

	@Test
	void firstCallOfASlowRegistryDoesNotWaitForIt() {
		try (Registry services = Registry.memory(); Transport transport = Transport.http()) {
			Server server = Server.builder(services)
				.transport(transport)
				.options(ServerOptions.named("named")
					.withAddress("127.0.0.1:0")
					.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
				.build()
				.handle(Handler.named("Stock").unary("Find", String.class, String.class, Call::request).build());
			server.start();
			this.asked.register(Service.of("named", "1", Node.of("named-1", server.address())), Duration.ZERO);
			CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS).execute(this.asked.answers::countDown);
			String[] properties = { "micro.client.services.named.timeout=5s", "micro.client.warm-up-timeout=30s" };

			this.runner.withPropertyValues(properties).run((context) -> {
				assertThat(this.asked.answers.getCount()).isZero();
				this.asked.answers = new CountDownLatch(1);
				Client client = context.getBean(Client.class);
				assertThat(client.stats().connectionsIdle()).isPositive();
				assertThat(client.call(Request.of("named", "Stock.Find", "a"), String.class)).isEqualTo("a");
				this.asked.answers.countDown();
			});
			server.close();
		}
	}

	@Test
	void aPropertySwitchesItOff() {
		this.runner.withPropertyValues("micro.client.warm-up=false")
			.run((context) -> assertThat(context).hasSingleBean(StockClient.class)
				.doesNotHaveBean(DiscoveryWarmUp.class));
	}

	@MicroClient("stock")
	interface StockClient {

		String find(String article);

	}

	@MicroClient(service = "fixed", address = "127.0.0.1:1")
	interface FixedClient {

		String find(String article);

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Application {

	}

	/** Remembers what it was asked, and answers when it may. */
	private static final class AskedRegistry implements Registry {

		private final Registry registry = Registry.memory();

		private final Queue<String> names = new ConcurrentLinkedQueue<>();

		private final Queue<String> watched = new ConcurrentLinkedQueue<>();

		private volatile CountDownLatch answers = new CountDownLatch(1);

		@Override
		public String name() {
			return "asked";
		}

		@Override
		public void register(Service service, Duration ttl) {
			this.registry.register(service, ttl);
		}

		@Override
		public void deregister(Service service) {
			this.registry.deregister(service);
		}

		@Override
		public List<Service> get(String name) {
			this.names.add(name);
			try {
				this.answers.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return this.registry.get(name);
		}

		@Override
		public List<Service> list() {
			return this.registry.list();
		}

		@Override
		public Watcher watch(String name, Consumer<Change> listener) {
			this.watched.add(name);
			return this.registry.watch(name, listener);
		}

		@Override
		public void close() {
			this.registry.close();
		}

	}

}
