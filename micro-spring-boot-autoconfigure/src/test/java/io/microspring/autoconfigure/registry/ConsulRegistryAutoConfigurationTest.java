package io.microspring.autoconfigure.registry;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import com.jayway.jsonpath.JsonPath;
import io.microspring.annotation.MicroHandler;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.registry.Registry;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Consul by one property, with all of Spring Cloud Consul on the class path.
 */
class ConsulRegistryAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer CONSUL = new ExternalServer(ServerRecipe.consul());

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

	private static ConfigurableApplicationContext run(String... more) {
		return new SpringApplicationBuilder(Application.class)
			.properties("spring.application.name=consul-greeter", "server.port=0", "server.address=127.0.0.1",
					"micro.registry.type=consul", "micro.registry.address=" + CONSUL.address(),
					"micro.broker.type=memory", "micro.server.address=127.0.0.1:0",
					"micro.server.shutdown.deregister-delay=0")
			.run(more);
	}

	private static int registrations() throws Exception {
		URI uri = URI.create("http://" + CONSUL.address() + "/v1/catalog/service/consul-greeter");
		HttpResponse<String> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
		return JsonPath.<Integer>read(response.body(), "$.length()");
	}

	record Text(String text) {

	}

	@MicroHandler
	static class Say {

		public Text hello(Text in) {
			return in;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Say.class)
	static class Application {

	}

}
