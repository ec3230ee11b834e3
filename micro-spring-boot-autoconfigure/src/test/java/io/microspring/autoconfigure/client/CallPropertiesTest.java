package io.microspring.autoconfigure.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

import io.microspring.annotation.MicroHandler;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.concurrent.Backoff;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.Hedging;
import io.microspring.client.NotFound;
import io.microspring.client.Request;
import io.microspring.client.RetryBudget;
import io.microspring.client.RetryPolicy;
import io.microspring.errors.MicroException;
import io.microspring.server.Call;
import io.microspring.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.autoconfigure.ConfigurationPropertiesRebinderAutoConfiguration;
import org.springframework.cloud.autoconfigure.RefreshAutoConfiguration;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.cloud.context.environment.EnvironmentManager;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What properties and beans say of calls: of all, of a service, of an endpoint; at the
 * start, and while the application runs.
 */
class CallPropertiesTest {

	private final ApplicationContextRunner runner = MicroRunner.memory();

	@Test
	void namesWithDotsAreWrittenInBrackets() {
		this.runner
			.withPropertyValues("micro.client.services[go.micro.srv.greeter].timeout=3s",
					"micro.client.services[go.micro.srv.greeter].endpoints[Say.Hello].timeout=4s",
					"micro.client.services[go.micro.srv.greeter].endpoints[/greeter.Say/Hello].idempotent=true",
					"micro.client.services.plain.retries=7", "micro.client.services.plain.retry-policy=never",
					"micro.client.services.plain.address=a:1, b:2", "micro.client.services.plain.type=rpc",
					"micro.client.services.plain.content-type=application/json",
					"micro.client.services.plain.connect-timeout=6s", "micro.client.services.plain.stream-timeout=8s",
					"micro.client.services.plain.metadata.x-tenant=acme",
					"micro.client.services.plain.backoff.type=go-micro-v1")
			.run((context) -> {
				ClientOptions options = context.getBean(ClientOptions.class);
				Map<String, CallOptions> endpoints = options.endpoints().get("go.micro.srv.greeter");
				CallOptions plain = options.services().get("plain");
				assertThat(options.services().get("go.micro.srv.greeter").timeout()).hasSeconds(3);
				assertThat(endpoints.get("Say.Hello").timeout()).hasSeconds(4);
				assertThat(endpoints.get("/greeter.Say/Hello").idempotent()).isTrue();
				assertThat(plain.retries()).isEqualTo(7);
				assertThat(plain.retryPolicy()).isSameAs(ClientProperties.RetryPolicy.NEVER.policy());
				assertThat(plain.addresses()).containsExactly("a:1", "b:2");
				assertThat(plain.protocol()).isEqualTo("mucp");
				assertThat(plain.contentType()).isEqualTo("application/json");
				assertThat(plain.dialTimeout()).hasSeconds(6);
				assertThat(plain.streamTimeout()).hasSeconds(8);
				assertThat(plain.metadata().get("X-Tenant")).isEqualTo("acme");
				assertThat(plain.backoff().before(2)).hasMillis(100);
				assertThat(plain.timeout()).isNull();
			});
	}

	@Test
	void nameWhoseBracketsAreMissingIsTold() {
		this.runner.withPropertyValues("micro.client.services.go.micro.srv.greeter.timeout=3s")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("micro.client.services.go.micro.srv.greeter.timeout"));
		this.runner.withPropertyValues("micro.client.services.chat.patience=3s")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("micro.client.services.chat.patience"));
	}

	@Test
	void whatCannotBeIsNamed() {
		this.runner.withPropertyValues("micro.client.services.chat.type=soap")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("micro.client.services[chat].type"));
		this.runner.withPropertyValues("micro.client.services.chat.timeout=-1s")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("micro.client.services[chat]"));
		this.runner.withPropertyValues("micro.client.backoff.type=none", "micro.client.backoff.base=1s")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("micro.client.backoff.type"));
		this.runner.withPropertyValues("micro.client.backoff.jitter=2")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("jitter 2.0"));
		this.runner.withPropertyValues("micro.client.services.chat.endpoints.a.endpoints.b.timeout=1s")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("no endpoints of its own"));
	}

	@Test
	void backoffGrowsAsThePropertiesSay() {
		this.runner
			.withPropertyValues("micro.client.backoff.base=20ms", "micro.client.backoff.factor=3",
					"micro.client.backoff.ceiling=100ms", "micro.client.backoff.jitter=0")
			.run((context) -> {
				Backoff backoff = context.getBean(ClientOptions.class).calls().backoff();
				assertThat(List.of(1, 2, 3, 4)).extracting((attempt) -> backoff.before(attempt).toMillis())
					.containsExactly(20L, 60L, 100L, 100L);
			});
	}

	@Test
	void attemptsAreBoundedAndHedgedAsThePropertiesSay() {
		this.runner
			.withPropertyValues("micro.client.attempt-timeout=700ms", "micro.client.retry-budget.ratio=0.5",
					"micro.client.hedging.percentile=0.95", "micro.client.services.chat.retry-budget.enabled=false",
					"micro.client.services.chat.hedging.delay=30ms", "micro.client.services.chat.hedging.most=2",
					"micro.client.services.chat.endpoints.[Chat.Log].hedging.most=0")
			.run((context) -> {
				ClientOptions options = context.getBean(ClientOptions.class);
				assertThat(options.calls().attemptTimeout()).isEqualTo(Duration.ofMillis(700));
				assertThat(options.calls().retryBudget()).isEqualTo(new RetryBudget(0.5, 10));
				assertThat(options.calls().hedging()).isEqualTo(Hedging.percentile(0.95));
				CallOptions chat = options.services().get("chat");
				assertThat(chat.retryBudget()).isEqualTo(RetryBudget.unlimited());
				assertThat(chat.hedging()).isEqualTo(Hedging.after(Duration.ofMillis(30)).withMost(2));
				assertThat(options.endpoints().get("chat").get("Chat.Log").hedging()).isEqualTo(Hedging.none());
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "hedging.percentile=95", "hedging.most=2", "hedging.delay=-1s", "retry-budget.ratio=-1",
			"attempt-timeout=-1s" })
	void hedgingAndBudgetThatCannotBeAreNamed(String property) {
		this.runner.withPropertyValues("micro.client.services.chat." + property)
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("micro.client.services[chat]"));
	}

	@Test
	void addressTakesThePlaceOfTheRegistry() {
		this.runner.withBean(Show.class).run((server) -> {
			String address = server.getBean(Server.class).address();
			this.runner.withPropertyValues("micro.client.services.elsewhere.address=" + address)
				.run((context) -> assertThat(
						context.getBean(Client.class).call(Request.of("elsewhere", "Show.Seconds", "x"), Integer.class))
					.isEqualTo(5));
		});
	}

	@Test
	void serviceThatIsNotThereFailsAsTheProperty() {
		this.runner.withPropertyValues("micro.client.not-found=go-micro").run((context) -> {
			MicroException error = catchThrowableOfType(MicroException.class,
					() -> context.getBean(Client.class).call(Request.of("student_service", "A.B", "x"), String.class));
			assertThat(error.toText()).isEqualTo("{\"id\":\"go.micro.client\",\"code\":500,"
					+ "\"detail\":\"error selecting student_service node: not found\","
					+ "\"status\":\"Internal Server Error\"}");
		});
		this.runner.withPropertyValues("micro.client.not-found=go-micro-v2")
			.run((context) -> assertThat(context.getBean(ClientOptions.class).notFound())
				.isEqualTo(NotFound.GO_MICRO_V2));
	}

	@Test
	void beansOfTheApplicationHaveMoreToSayThanProperties() {
		RetryPolicy policy = (failure) -> false;
		Backoff backoff = (attempt) -> Duration.ofMillis(1);
		this.runner.withBean(RetryPolicy.class, () -> policy)
			.withBean(Backoff.class, () -> backoff)
			.withBean(MicroClientOptionsCustomizer.class,
					() -> (options) -> options.withService("chat", CallOptions.defaults().withRetries(9)))
			.withPropertyValues("micro.client.retry-policy=go-micro", "micro.client.backoff.type=none")
			.run((context) -> {
				ClientOptions options = context.getBean(ClientOptions.class);
				assertThat(options.calls().retryPolicy()).isSameAs(policy);
				assertThat(options.calls().backoff()).isSameAs(backoff);
				assertThat(options.services().get("chat").retries()).isEqualTo(9);
			});
	}

	@Test
	void whatChangesWhileTheApplicationRunsIsThatOfTheNextCall() {
		this.runner.withBean(Show.class)
			.withConfiguration(AutoConfigurations.of(RefreshAutoConfiguration.class,
					ConfigurationPropertiesRebinderAutoConfiguration.class))
			.withBean(MicroClientOptionsCustomizer.class,
					() -> (options) -> options.withCalls(CallOptions.defaults().withMetadata("x-kept", "yes")))
			.withPropertyValues("micro.client.timeout=20s")
			.run((context) -> {
				assertThat(seconds(context)).isEqualTo(20);
				change(context, "micro.client.timeout", "30s");
				assertThat(seconds(context)).isEqualTo(30);
				change(context, "micro.client.services.greeter.endpoints[Show.Seconds].timeout", "40s");
				assertThat(seconds(context)).isEqualTo(40);
				change(context, "other.property", "1");
				assertThat(seconds(context)).isEqualTo(40);
				assertThat(context.getBean(Client.class).options().calls().metadata().get("x-kept")).isEqualTo("yes");
			});
	}

	@Test
	void changeToWhatIsNotPossibleChangesNothing() {
		this.runner.withBean(Show.class).withPropertyValues("micro.client.timeout=20s").run((context) -> {
			change(context, "micro.client.timeout", "soon");
			assertThat(seconds(context)).isEqualTo(20);
			change(context, "micro.client.timeout", "-1s");
			assertThat(seconds(context)).isEqualTo(20);
			change(context, "micro.client.timeout", "30s");
			assertThat(seconds(context)).isEqualTo(30);
			change(context, "micro.client.executor", "direct");
			change(context, "micro.client.timeout", "40s");
			assertThat(seconds(context)).isEqualTo(30);
		});
	}

	@Test
	void optionsOfTheApplicationAreKept() {
		this.runner.withBean(Show.class)
			.withBean(ClientOptions.class, () -> ClientOptions.defaults().withTimeout(Duration.ofSeconds(50)))
			.run((context) -> {
				change(context, "micro.client.timeout", "30s");
				assertThat(seconds(context)).isEqualTo(50);
			});
	}

	@Test
	void withoutSpringCloudTheStarterStarts() {
		this.runner.withBean(Show.class)
			.withClassLoader(new FilteredClassLoader(EnvironmentChangeEvent.class))
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(ClientReconfiguration.class);
				assertThat(seconds(context)).isEqualTo(5);
			});
	}

	/** What is left of the outer deadline is less than what the service's options say. */
	@ParameterizedTest
	@ValueSource(strings = { "pool", "auto" })
	void callFromInsideAHandlerTakesAlongWhatItShould(String executor) {
		this.runner.withBean(Show.class)
			.withBean(Front.class)
			.withPropertyValues("micro.server.executor=" + executor, "micro.client.propagate=x-tenant",
					"micro.client.services.greeter.timeout=50s",
					"micro.client.services.greeter.endpoints[Show.Headers].metadata.x-endpoint=own")
			.run((context) -> {
				Client client = context.getBean(Client.class);
				CallOptions outer = CallOptions.defaults()
					.withTimeout(Duration.ofSeconds(20))
					.withMetadata("x-tenant", "acme")
					.withMetadata("x-secret", "s3");

				for (String way : List.of("Front.Blocking", "Front.Later")) {
					String seen = client.call(Request.of("greeter", way, "x"), String.class, outer);
					assertThat(seen).isEqualTo("20 acme own null");
				}
			});
	}

	private static int seconds(ApplicationContext context) {
		return context.getBean(Client.class).call(Request.of("greeter", "Show.Seconds", "x"), Integer.class);
	}

	/** As an endpoint of the actuator does it. */
	private static void change(ConfigurableApplicationContext context, String name, String value) {
		ConfigurableEnvironment environment = context.getEnvironment();
		EnvironmentManager manager = new EnvironmentManager(environment);
		manager.setApplicationEventPublisher(context);
		manager.setProperty(name, value);
	}

	@MicroHandler
	static class Show {

		public int seconds(String text, Call call) {
			return left(call);
		}

		public String headers(String text, Call call) {
			return left(call) + " " + call.metadata().get("x-tenant") + " " + call.metadata().get("x-endpoint") + " "
					+ call.metadata().get("x-secret");
		}

		/** In whole seconds, up. */
		private static int left(Call call) {
			return (int) Math.round(call.deadline().remainingNanos() / 1e9 + 0.3);
		}

	}

	@MicroHandler
	static class Front {

		private static final Request HEADERS = Request.of("greeter", "Show.Headers", "x");

		private final Client client;

		Front(Client client) {
			this.client = client;
		}

		public String blocking(String text) {
			return this.client.call(HEADERS, String.class);
		}

		public CompletionStage<String> later(String text) {
			return this.client.callAsync(HEADERS, String.class, CallOptions.defaults())
				.thenCompose((first) -> this.client.callAsync(HEADERS, String.class, CallOptions.defaults()));
		}

	}

}
