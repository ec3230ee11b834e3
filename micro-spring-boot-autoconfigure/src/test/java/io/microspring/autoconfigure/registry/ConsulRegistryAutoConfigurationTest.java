package io.microspring.autoconfigure.registry;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

import com.jayway.jsonpath.JsonPath;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.registry.Greeter.Text;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.health.HealthReport;
import io.microspring.plugins.registry.consul.ConsulOptions;
import io.microspring.registry.Registry;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.TlsOptions;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Consul by one property, with all of Spring Cloud Consul on the class path.
 */
class ConsulRegistryAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer CONSUL = new ExternalServer(ServerRecipe.consul());

	private final ApplicationContextRunner runner = MicroRunner.memory();

	@Test
	void aWebApplicationIsRegisteredExactlyOnce() throws Exception {
		try (ConfigurableApplicationContext application = run()) {
			assertThat(registrations()).isEqualTo(1);
			assertThat(application.getBean(Registry.class).name()).isEqualTo("consul");
			Text answer = application.getBean(Client.class)
				.call(Request.of("consul-greeter", "Say.Hello", new Text("John")), Text.class);
			assertThat(answer).isEqualTo(new Text("John"));
		}
		assertThat(registrations()).isZero();
	}

	@Test
	void anApplicationThatUsesSpringCloudConsulItselfIsRegisteredExactlyOnce() throws Exception {
		String[] address = CONSUL.address().split(":");
		try (ConfigurableApplicationContext application = run("--spring.cloud.consul.host=" + address[0],
				"--spring.cloud.consul.port=" + address[1])) {
			assertThat(registrations()).isEqualTo(1);
			assertThat(application.containsBean("consulDiscoveryClient")).isTrue();
		}
	}

	@Test
	void aSecondRegistrationIsTheApplicationsOwnWish() throws Exception {
		String[] address = CONSUL.address().split(":");
		try (ConfigurableApplicationContext application = run("--spring.cloud.consul.host=" + address[0],
				"--spring.cloud.consul.port=" + address[1], "--spring.cloud.consul.discovery.register=true")) {
			assertThat(registrations()).isEqualTo(2);
		}
	}

	@Test
	void serviceIsCalledAlsoWhileConsulIsDownAndComesBackByItself() throws Exception {
		CONSUL.requireOurs();
		try (ConfigurableApplicationContext application = run("--micro.server.register-interval=1s")) {
			Registry registry = application.getBean(Registry.class);
			Request request = Request.of("consul-greeter", "Say.Hello", new Text("John"));
			Client client = application.getBean(Client.class);
			assertThat(client.call(request, Text.class)).isEqualTo(new Text("John"));
			CONSUL.kill();
			assertThat(client.call(request, Text.class)).isEqualTo(new Text("John"));
			eventually().untilAsserted(() -> assertThat(registry.health().state()).isNotEqualTo(HealthReport.State.UP));
			assertThat(client.call(request, Text.class)).isEqualTo(new Text("John"));
			CONSUL.start();
			eventually().ignoreExceptions().untilAsserted(() -> assertThat(registrations()).isEqualTo(1));
			eventually().untilAsserted(() -> assertThat(registry.health().state()).isEqualTo(HealthReport.State.UP));
		}
	}

	@Test
	void consulAsksTheServiceWhetherItIsWell() throws Exception {
		try (ConfigurableApplicationContext application = run("--micro.registry.consul.check.type=http",
				"--micro.registry.consul.check.interval=1s")) {
			eventually().untilAsserted(() -> assertThat(get("/v1/agent/checks")).contains("/Debug/Health: 200 OK"));
			assertThat(application.getBean(Registry.class).get("consul-greeter")).hasSize(1);
		}
	}

	@Test
	void connectionDetailsSayWhereConsulIs() {
		this.runner.withPropertyValues("micro.registry.type=consul", "micro.registry.address=127.0.0.1:1")
			.withBean(MicroRegistryConnectionDetails.class, () -> CONSUL::address)
			.run((context) -> assertThat(context.getBean(Registry.class).list()).isNotNull());
	}

	@Test
	void aConsulThatIsAwayEndsTheStartOnlyWhenToldSo() {
		this.runner.withPropertyValues("micro.registry.type=consul", "micro.registry.address=127.0.0.1:1")
			.run((context) -> assertThat(context).hasNotFailed());
		this.runner
			.withPropertyValues("micro.registry.type=consul", "micro.registry.address=127.0.0.1:1",
					"micro.registry.fail-fast=true")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("consul at 127.0.0.1:1 cannot be reached"));
	}

	@Test
	void propertiesAreOptions() {
		this.runner
			.withPropertyValues("micro.registry.consul.token=secret", "micro.registry.consul.datacenter=north",
					"micro.registry.consul.consistency=consistent", "micro.registry.consul.check.type=http",
					"micro.registry.consul.check.url=http://{host}:81/health",
					"micro.registry.consul.check.interval=20s", "micro.registry.consul.check.timeout=2s",
					"micro.registry.consul.deregister-critical-after=1h", "micro.registry.consul.timeout=2s",
					"micro.registry.consul.wait-time=30s", "micro.registry.consul.ssl.trust-certificate=ca.pem")
			.run((context) -> {
				ConsulProperties properties = context.getBean(ConsulProperties.class);
				assertThat(properties.toString()).doesNotContain("secret");
				TlsOptions tls = TlsOptions.client().withTrustCertificate(Path.of("ca.pem"));
				assertThat(properties.toOptions("consul:1", properties.ssl().withoutBundle())).isEqualTo(
						new ConsulOptions("consul:1", "secret", "north", tls, ConsulOptions.Consistency.CONSISTENT,
								new ConsulOptions.Check(ConsulOptions.Check.Kind.HTTP, "http://{host}:81/health",
										Duration.ofSeconds(20), Duration.ofSeconds(2)),
								Duration.ofHours(1), Duration.ofSeconds(2), Duration.ofSeconds(30)));
			});
		this.runner
			.run((context) -> assertThat(context.getBean(ConsulProperties.class).toOptions("127.0.0.1:8500", null))
				.isEqualTo(ConsulOptions.defaults()));
	}

	private static ConfigurableApplicationContext run(String... more) {
		return Greeter.named("consul-greeter", "consul", CONSUL.address()).run(more);
	}

	private static int registrations() throws Exception {
		return JsonPath.<Integer>read(get("/v1/catalog/service/consul-greeter"), "$.length()");
	}

	private static String get(String path) throws Exception {
		URI uri = URI.create("http://" + CONSUL.address() + path);
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
			.body();
	}

	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
