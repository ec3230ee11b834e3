package io.microspring.autoconfigure;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.microspring.autoconfigure.actuate.MicroActuatorAutoConfiguration;
import io.microspring.autoconfigure.actuate.MicroServiceEndpoint;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.selector.Candidates;
import io.microspring.selector.Filter;
import io.microspring.selector.NodeStatus;
import io.microspring.selector.Selection;
import io.microspring.selector.Selector;
import io.microspring.selector.SelectorOptions;
import io.microspring.selector.Strategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.context.environment.EnvironmentManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Properties and beans choose how nodes are picked. */
class SelectorAutoConfigurationTest {

	private static final Node A = new Node("a", "127.0.0.1:1", Map.of("zone", "here"));

	private static final Node B = new Node("b", "127.0.0.1:2", Map.of("zone", "here"));

	private static final Node C = new Node("c", "127.0.0.1:3", Map.of("zone", "there"));

	private final ApplicationContextRunner runner = MicroRunner.memory();

	@ParameterizedTest
	@ValueSource(strings = { "random", "round-robin", "weighted", "least-connections", "p2c", "hash",
			"sticky, first random", "blacklist" })
	void everyStrategyHasAName(String text) {
		String name = text.replaceAll(",.*", "");
		this.runner.withPropertyValues("micro.selector.type=" + name)
			.run((context) -> assertThat(context.getBean(Selector.class)).hasToString(text));
	}

	@Test
	void ejectionAndSlowStartAreProperties() {
		this.runner
			.withPropertyValues("micro.selector.ejection.failures=7", "micro.selector.ejection.error-rate=0.9",
					"micro.selector.ejection.silence=1s", "micro.selector.ejection.duration=5s",
					"micro.selector.ejection.max-duration=10s", "micro.selector.ejection.max-share=0.2",
					"micro.selector.slow-start=1m")
			.run((context) -> {
				SelectorOptions options = context.getBean(SelectorOptions.class);
				assertThat(options.slowStart()).isEqualTo(Duration.ofMinutes(1));
				assertThat(options.ejection().failures()).isEqualTo(7);
				assertThat(options.ejection().errorRate()).isEqualTo(0.9);
				assertThat(options.ejection().silence()).isEqualTo(Duration.ofSeconds(1));
				assertThat(options.ejection().maxDuration()).isEqualTo(Duration.ofSeconds(10));
				assertThat(options.ejection().maxShare()).isEqualTo(0.2);
			});
		this.runner.withPropertyValues("micro.selector.ejection.max-share=2")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("from 0 to 1"));
	}

	@Test
	void zoneIsPreferredAndVersionsAreSplit() {
		this.runner
			.withPropertyValues("micro.selector.prefer.key=zone", "micro.selector.prefer.value=here",
					"micro.selector.version-split[1.0]=100", "micro.selector.version-split[2.0]=0")
			.run((context) -> {
				register(context, "1.0", A, C);
				register(context, "2.0", B);
				assertThat(picked(context)).containsExactly(A);
			});
	}

	@Test
	void newestVersionIsAProperty() {
		this.runner.withPropertyValues("micro.selector.version=newest")
			.run((context) -> assertThat(client(context).calls().filters()).hasToString("[newest version]"));
		this.runner.withPropertyValues("micro.selector.version=newest")
			.withBean(ClientOptions.class, ClientOptions::defaults)
			.run((context) -> assertThat(client(context).calls().filters()).hasToString("[newest version]"));
	}

	@Test
	void nearerVersionTakesThePlaceOfTheFarther() {
		this.runner
			.withPropertyValues("micro.selector.version=newest", "micro.client.services.greeter.selector.version=1.9",
					"micro.client.services.greeter.endpoints[Other.Say].selector.version=")
			.run((context) -> {
				register(context, "1.9", A);
				register(context, "1.10", B);
				assertThat(offered(context, "Say.Hello")).containsExactly(A);
				assertThat(offered(context, "Other.Say")).containsExactlyInAnyOrder(A, B);
			});
		this.runner.withPropertyValues("micro.selector.version=newest").run((context) -> {
			register(context, "1.9", A);
			register(context, "1.10", B);
			assertThat(offered(context, "Say.Hello")).containsExactly(B);
		});
	}

	@Test
	void whatANearerLevelLeavesOpenIsAsTheFartherHasIt() {
		String service = "micro.client.services.greeter.selector.";
		String endpoint = "micro.client.services.greeter.endpoints[Say.Hello].selector.";
		this.runner.withPropertyValues("micro.selector.type=hash", service + "header=X-Tenant")
			.run((context) -> assertThat(ofService(context)).hasToString(Strategy.hash("X-Tenant").toString()));
		this.runner
			.withPropertyValues("micro.selector.prefer.key=zone", "micro.selector.prefer.value=here",
					"micro.selector.version-split[1]=100", service + "type=p2c")
			.run((context) -> assertThat(ofService(context))
				.hasToString("p2c, preferring zone=here, split by version {1=100}"));
		this.runner
			.withPropertyValues("micro.selector.type=hash", service + "type=p2c", endpoint + "version-split[2]=100")
			.run((context) -> assertThat(ofEndpoint(context)).hasToString("p2c, split by version {2=100}"));
		this.runner
			.withPropertyValues("micro.selector.prefer.key=zone", "micro.selector.prefer.value=here",
					endpoint + "prefer.key=")
			.run((context) -> {
				assertThat(client(context).services().get("greeter").strategy()).isNull();
				assertThat(ofEndpoint(context)).hasToString("random");
			});
	}

	@Test
	void strategyBeanOfTheApplicationIsWhatServicesBuildOn() {
		Strategy own = new Strategy() {
			@Override
			public int choose(Candidates nodes, Selection call) {
				return 0;
			}

			@Override
			public String toString() {
				return "own";
			}
		};
		this.runner.withBean("own", Strategy.class, () -> own)
			.withPropertyValues("micro.selector.type=p2c", "micro.client.services.greeter.selector.prefer.key=zone",
					"micro.client.services.greeter.selector.prefer.value=here")
			.run((context) -> assertThat(ofService(context)).hasToString("own, preferring zone=here"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "micro.selector.prefer.", "micro.client.services[greeter].selector.prefer." })
	void preferenceThatIsHalfSaidIsNamed(String prefix) {
		this.runner.withPropertyValues(prefix + "key=zone")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining(prefix + "value")
				.hasStackTraceContaining("needs a value besides the key 'zone'"));
		this.runner.withPropertyValues(prefix + "value=here")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining(prefix + "key")
				.hasStackTraceContaining("needs a key"));
	}

	@Test
	void strategyLivesAsLongAsItsSettingsStay() {
		this.runner
			.withPropertyValues("micro.client.services.greeter.selector.type=round-robin",
					"micro.client.services.chat.selector.type=sticky")
			.run((context) -> {
				CallOptions greeter = client(context).services().get("greeter");
				CallOptions chat = client(context).services().get("chat");
				EnvironmentManager manager = new EnvironmentManager(context.getEnvironment());
				manager.setApplicationEventPublisher(context);
				manager.setProperty("micro.client.services.chat.selector.header", "X-Tenant");
				assertThat(client(context).services().get("greeter")).isNotSameAs(greeter);
				assertThat(client(context).services().get("greeter").strategy()).isSameAs(greeter.strategy());
				assertThat(client(context).services().get("chat").strategy()).isNotSameAs(chat.strategy());
			});
	}

	@Test
	void filterBeansApplyToAllCallsInTheirOrder() {
		this.runner.withUserConfiguration(Filters.class).run((context) -> {
			register(context, "1.0", A, B, C);
			assertThat(picked(context)).containsExactly(B);
		});
	}

	@Test
	void strategyBeanIsChosenByItsName() {
		this.runner.withUserConfiguration(TwoStrategies.class)
			.withPropertyValues("micro.selector.type=last")
			.run((context) -> {
				register(context, "1.0", A, B, C);
				assertThat(picked(context)).containsExactly(C);
			});
	}

	@Test
	void serviceAndEndpointHaveAStrategyOfTheirOwn() {
		this.runner.withUserConfiguration(TwoStrategies.class)
			.withPropertyValues("micro.selector.type=p2c", "micro.client.services.greeter.selector.type=last",
					"micro.client.services.greeter.selector.version=2.0",
					"micro.client.services.greeter.endpoints[Say.Hello].selector.type=hash",
					"micro.client.services.greeter.endpoints[Say.Hello].selector.header=X-Tenant")
			.run((context) -> {
				ClientOptions options = context.getBean(ClientOptions.class);
				CallOptions service = options.services().get("greeter");
				assertThat(service.strategy()).isSameAs(context.getBean("last"));
				assertThat(service.filters()).hasToString("[version 2.0]");
				assertThat(options.toString()).isNotEmpty();
				assertThat(context.getBean(Selector.class)).hasToString("p2c");
			});
		this.runner.withPropertyValues("micro.client.services.greeter.selector.type=nonsense")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("nonsense")
				.hasMessageContaining("least-connections"));
	}

	@Test
	void actuatorTellsWhichNodesAreOutAndWhy() {
		this.runner.withConfiguration(AutoConfigurations.of(MicroActuatorAutoConfiguration.class))
			.withPropertyValues("management.endpoints.web.exposure.include=micro")
			.run((context) -> {
				register(context, "1.0", A, B, C);
				Selector selector = context.getBean(Selector.class);
				selector.select(Selection.of("greeter"), List.of());
				for (int i = 0; i < 3; i++) {
					selector.mark("greeter", B, new IllegalStateException("no route to host"));
				}
				MicroServiceEndpoint.Selection shown = context.getBean(MicroServiceEndpoint.class).service().selector();
				assertThat(shown.strategy()).isEqualTo("random");
				assertThat(shown.out()).extracting(NodeStatus::id).containsExactly("b");
				assertThat(shown.out().get(0).reason()).contains("3 failures in a row", "no route to host");
			});
	}

	private static void register(AssertableApplicationContext context, String version, Node... nodes) {
		context.getBean(Registry.class).register(Service.of("greeter", version, nodes), Duration.ZERO);
	}

	private static ClientOptions client(AssertableApplicationContext context) {
		return context.getBean(Client.class).options();
	}

	private static Strategy ofService(AssertableApplicationContext context) {
		return Objects.requireNonNull(client(context).services().get("greeter").strategy());
	}

	private static Strategy ofEndpoint(AssertableApplicationContext context) {
		return Objects.requireNonNull(client(context).endpoints().get("greeter").get("Say.Hello").strategy());
	}

	/** The nodes that a call could go to; nobody listens there. */
	private static Set<Node> offered(AssertableApplicationContext context, String endpoint) {
		Set<Node> offered = new HashSet<>();
		CallOptions options = CallOptions.defaults().withRetries(0).withStrategy((nodes, call) -> {
			nodes.forEach(offered::add);
			return 0;
		});
		assertThatExceptionOfType(MicroException.class).isThrownBy(
				() -> context.getBean(Client.class).call(Request.of("greeter", endpoint, "x"), String.class, options));
		return offered;
	}

	private static Set<Node> picked(AssertableApplicationContext context) {
		Set<Node> picked = new HashSet<>();
		for (int i = 0; i < 100; i++) {
			picked.add(context.getBean(Selector.class).select("greeter"));
		}
		return picked;
	}

	@Configuration(proxyBeanMethods = false)
	static class Filters {

		@Bean
		@Order(2)
		Filter second() {
			return (services) -> services.stream()
				.map((s) -> s.withNodes(List.of(s.nodes().get(s.nodes().size() - 1))))
				.toList();
		}

		@Bean
		@Order(1)
		Filter first() {
			return Filter.metadata("zone", "here");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoStrategies {

		@Bean
		Strategy first() {
			return (nodes, call) -> 0;
		}

		@Bean
		Strategy last() {
			return (nodes, call) -> nodes.size() - 1;
		}

	}

}
