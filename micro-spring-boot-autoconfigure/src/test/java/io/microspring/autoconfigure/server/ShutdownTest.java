package io.microspring.autoconfigure.server;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.microspring.annotation.MicroHandler;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.concurrent.Threads;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Registry;
import io.microspring.server.Server;
import io.microspring.service.Plugin;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * An application that goes loses nothing that is under way, and leaves nothing behind.
 */
class ShutdownTest {

	private final Registry registry = Registry.memory();

	@Test
	void aCallUnderWayIsAnsweredWhileTheApplicationStops() throws Exception {
		ConfigurableApplicationContext application = start("--server_name=slow");
		try (ConfigurableApplicationContext caller = start("--server_name=caller")) {
			Slow slow = application.getBean(Slow.class);
			CompletableFuture<Text> answer = caller.getBean(Client.class)
				.callAsync(Request.of("slow", "Slow.Hello", new Text("John")), Text.class, CallOptions.defaults());
			assertThat(slow.begun.await(10, TimeUnit.SECONDS)).isTrue();
			Thread stopping = Threads.start("stopping", application::close);
			Awaitility.await().until(() -> this.registry.get("slow").isEmpty());
			Awaitility.await().until(() -> !application.getBean(Server.class).stats().running());
			assertThat(answer).isNotDone();
			slow.go.countDown();
			assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(new Text("Hello John, published"));
			stopping.join(TimeUnit.SECONDS.toMillis(10));
			assertThat(application.isActive()).isFalse();
		}
	}

	@Test
	void whenAStoppedContextIsStartedAgainThenItSaysWhatToDoInstead() {
		try (ConfigurableApplicationContext application = start("--server_name=again")) {
			application.stop();
			assertThatException().isThrownBy(application::start)
				.withStackTraceContaining("refresh a new application context instead");
			assertThat(this.registry.get("again")).isEmpty();
		}
	}

	@Test
	void whenAnotherBeanFailsToStartThenTheProcessIsNotKeptAlive() {
		List<Thread> before = keepAlive();
		assertThatException().isThrownBy(() -> application(Failing.class).run("--server_name=failing"));
		Awaitility.await().until(() -> before.containsAll(keepAlive()));
		assertThat(this.registry.get("failing")).isEmpty();
	}

	private ConfigurableApplicationContext start(String argument) {
		return application(Application.class).run(argument);
	}

	private SpringApplicationBuilder application(Class<?> configuration) {
		return new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.initializers((context) -> context.getBeanFactory()
				// An application closes its registry; a cache leaves the one behind it
				// open.
				.registerSingleton("shared",
						Plugin.registry("shared",
								(address) -> Registry.cached(this.registry, CacheOptions.defaults()))))
			.properties("micro.registry.type=shared", "micro.broker.type=memory", "micro.server.address=127.0.0.1:0",
					"micro.server.shutdown.deregister-delay=10ms");
	}

	private static List<Thread> keepAlive() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("micro-keep-alive"))
			.toList();
	}

	record Text(String text) {

	}

	@MicroHandler
	static class Slow {

		private final CountDownLatch begun = new CountDownLatch(1);

		private final CountDownLatch go = new CountDownLatch(1);

		private final List<String> received = new CopyOnWriteArrayList<>();

		private final Client client;

		Slow(Client client) {
			this.client = client;
		}

		public Text hello(Text in) throws InterruptedException {
			this.begun.countDown();
			assertThat(this.go.await(10, TimeUnit.SECONDS)).isTrue();
			this.client.publish("news", in);
			return new Text("Hello " + in.text() + ", published");
		}

		@MicroSubscriber(topic = "news")
		public void onNews(Text news) {
			this.received.add(news.text());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Slow.class)
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class Failing {

		@Bean
		SmartLifecycle last() {
			return new FailingLifecycle();
		}

	}

	static class FailingLifecycle implements SmartLifecycle {

		@Override
		public void start() {
			throw new IllegalStateException("no");
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return false;
		}

	}

}
