package io.microspring.autoconfigure.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.annotation.MicroHandler;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.server.Server;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.json.JsonContent;
import org.springframework.test.json.JsonContentAssert;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The actuator of a whole application, over HTTP.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ActuatorTest {

	private final HttpClient http = HttpClient.newHttpClient();

	private ConfigurableApplicationContext application;

	@BeforeAll
	void start() {
		this.application = new SpringApplicationBuilder(Application.class).run("--server.port=0",
				"--server.address=127.0.0.1", "--spring.application.name=greeter", "--registry=memory",
				"--broker=memory", "--server_address=127.0.0.1:0", "--micro.server.shutdown.deregister-delay=0",
				"--management.endpoints.web.exposure.include=*", "--management.endpoint.health.show-details=always",
				"--server_metadata=zone=a",
				// Boot's health of brokers that are on the class path and do not run.
				"--management.health.rabbit.enabled=false", "--management.health.redis.enabled=false",
				"--management.health.jms.enabled=false");
		Client client = this.application.getBean(Client.class);
		client.call(Request.of("greeter", "Say.Hello", new Text("John")), Text.class);
		client.publish("news", new Text("one"));
		Awaitility.await().until(() -> this.application.getBean(Say.class).received.size() == 1);
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@Test
	void thisServiceIsShownWithItsEndpointsAndWhatIsGoingOn() throws Exception {
		String address = this.application.getBean(Server.class).address();
		JsonContentAssert json = json("/actuator/micro");
		json.hasPathSatisfying("$.name", (name) -> assertThat(name).isEqualTo("greeter"));
		json.hasPathSatisfying("$.version", (version) -> assertThat(version).isEqualTo("latest"));
		json.hasPathSatisfying("$.server.node.address", (value) -> assertThat(value).isEqualTo(address));
		json.hasPathSatisfying("$.server.node.id", (id) -> assertThat(id).asString().startsWith("greeter-"));
		json.hasPathSatisfying("$.server.node.metadata.zone", (zone) -> assertThat(zone).isEqualTo("a"));
		json.hasPathSatisfying("$.server.endpoints[0].name", (name) -> assertThat(name).isEqualTo("Say.Hello"));
		json.hasPathSatisfying("$.server.endpoints[0].request.values[0].name",
				(name) -> assertThat(name).isEqualTo("text"));
		json.hasPathSatisfying("$.server.endpoints[0].response.name", (name) -> assertThat(name).isEqualTo("Text"));
		json.hasPathSatisfying("$.server.subscribers[0].topic", (topic) -> assertThat(topic).isEqualTo("news"));
		json.hasPathSatisfying("$.server.subscribers[0].broker", (broker) -> assertThat(broker).isEqualTo("memory"));
		json.hasPathSatisfying("$.server.subscribers[0].ack", (ack) -> assertThat(ack).isEqualTo("AUTO"));
		json.hasPathSatisfying("$.server.subscribers[0].lag", (lag) -> assertThat(lag).isEqualTo(0));
		json.hasPathSatisfying("$.server.registration.registered", (value) -> assertThat(value).isEqualTo(true));
		json.hasPathSatisfying("$.server.registration.ttl", (ttl) -> assertThat(ttl).isEqualTo("PT1M"));
		json.hasPathSatisfying("$.server.stats.inFlight", (count) -> assertThat(count).isEqualTo(0));
		json.hasPathSatisfying("$.server.stats.handled", (count) -> assertThat(count).isEqualTo(1));
		json.hasPathSatisfying("$.registry.name", (name) -> assertThat(name).isEqualTo("memory"));
		json.hasPathSatisfying("$.broker.health.state", (state) -> assertThat(state).isEqualTo("UP"));
		json.hasPathSatisfying("$.transport", (name) -> assertThat(name).isEqualTo("http"));
		json.hasPathSatisfying("$.client.attempts", (count) -> assertThat(count).isEqualTo(1));
	}

	@Test
	void theServicesOfTheRegistryAreShown() throws Exception {
		JsonContentAssert all = json("/actuator/microservices");
		all.hasPathSatisfying("$.registry", (name) -> assertThat(name).isEqualTo("memory"));
		all.hasPathSatisfying("$.services.greeter[0]", (version) -> assertThat(version).isEqualTo("latest"));
		JsonContentAssert one = json("/actuator/microservices/greeter");
		one.hasPathSatisfying("$[0].nodes[0].id", (id) -> assertThat(id).asString().startsWith("greeter-"));
		one.hasPathSatisfying("$[0].endpoints[0].name", (name) -> assertThat(name).isEqualTo("Say.Hello"));
	}

	@Test
	void aServiceThatTheRegistryDoesNotKnowIsNotFound() throws Exception {
		assertThat(get("/actuator/microservices/nobody").statusCode()).isEqualTo(404);
	}

	@Test
	void registryBrokerAndServerHaveTheirHealth() throws Exception {
		JsonContentAssert json = json("/actuator/health");
		for (String part : List.of("microRegistry", "microBroker", "microServer")) {
			json.hasPathSatisfying("$.components." + part + ".status", (status) -> assertThat(status).isEqualTo("UP"));
			json.hasPath("$.components." + part + ".details.detail");
		}
		json.hasPathSatisfying("$.status", (status) -> assertThat(status).isEqualTo("UP"));
		assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);
	}

	@Test
	void callsPublicationsAndDeliveriesAreMetricsForPrometheus() throws Exception {
		String metrics = get("/actuator/prometheus").body();
		for (String name : List.of("micro_client", "micro_server")) {
			assertThat(metrics).containsPattern("(?m)^" + name + "_seconds_count\\{.*code=\"200\".*} 1");
			assertThat(metrics).containsPattern(name + "_seconds_count\\{.*rpc_method=\"Say.Hello\"");
		}
		for (String name : List.of("micro_publish", "micro_consume")) {
			assertThat(metrics)
				.containsPattern("(?m)^" + name + "_seconds_count\\{.*messaging_destination_name=\"news\".*} 1");
		}
	}

	@Test
	void attemptsOfCallsAreCountedByKind() throws Exception {
		String metrics = get("/actuator/prometheus").body();
		assertThat(metrics).containsPattern("(?m)^micro_client_attempts_total\\{.*kind=\"first\".*} 1");
		for (String kind : List.of("retry", "hedge")) {
			assertThat(metrics).containsPattern("(?m)^micro_client_attempts_total\\{.*kind=\"" + kind + "\".*} 0");
		}
		assertThat(metrics).containsPattern("(?m)^micro_client_retries_refused_total.* 0");
	}

	@Test
	void messagesThatWaitAreAGauge() {
		Awaitility.await()
			.untilAsserted(() -> assertThat(get("/actuator/prometheus").body()).containsPattern(
					"(?m)^micro_broker_lag\\{broker=\"memory\",.*messaging_destination_name=\"news\",.*} 0.0"));
	}

	private JsonContentAssert json(String path) throws Exception {
		HttpResponse<String> response = get(path);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return new JsonContentAssert(new JsonContent(response.body()));
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		String port = this.application.getEnvironment().getProperty("local.server.port");
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
		return this.http.send(request, HttpResponse.BodyHandlers.ofString());
	}

	record Text(String text) {

	}

	@MicroHandler
	static class Say {

		private final List<String> received = new CopyOnWriteArrayList<>();

		public Text hello(Text in) {
			return new Text("Hello " + in.text());
		}

		@MicroSubscriber(topic = "news")
		public void onNews(Text news) {
			this.received.add(news.text());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Say.class)
	static class Application {

	}

}
