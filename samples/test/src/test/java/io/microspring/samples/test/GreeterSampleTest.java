package io.microspring.samples.test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.microspring.samples.greeter.GreeterApplication;
import io.microspring.samples.greeterclient.GreeterClientApplication;
import io.microspring.test.process.JavaProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GreeterSampleTest {

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private final Neighbourhood neighbourhood = new Neighbourhood();

	@AfterEach
	void close() {
		this.neighbourhood.close();
	}

	@Test
	void whatTheGreeterPrintsToTryNextWorks() throws Exception {
		JavaProcess greeter = this.neighbourhood.start(GreeterApplication.class, "--server.port=0");

		String call = greeter.awaitLine("curl -d");
		assertThat(call).startsWith("  curl -d '{\"name\":\"John\"}' -H 'Content-Type: application/json' localhost:")
			.endsWith("/Say/Hello");
		HttpRequest.Builder request = HttpRequest.newBuilder(url(call))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"John\"}"));
		assertThat(body(request).trim()).isEqualTo("{\"msg\":\"Hello John\"}");

		assertThat(greeter.awaitLine("greeter-client"))
			.isEqualTo("  mvn -pl samples/greeter-client -am spring-boot:run");

		String actuator = greeter.awaitLine("/actuator/");
		assertThat(actuator).endsWith("{health,micro,microservices,prometheus}");
		assertThat(body(HttpRequest.newBuilder(url(actuator.replaceFirst("\\{.*", "health"))))).contains("UP");
	}

	@Test
	void clientInAnotherProcessFindsTheGreeterWithinASecond() {
		this.neighbourhood.startService("go.micro.srv.greeter", GreeterApplication.class);

		JavaProcess client = this.neighbourhood.start(GreeterClientApplication.class);

		assertThat(client.awaitExit()).as(client.toString()).isZero();
		assertThat(client.lines()).element(0).asString().matches("found go\\.micro\\.srv\\.greeter in \\d{1,3} ms");
		assertThat(client.lines().subList(1, client.lines().size())).containsExactly("typed:   Hello John",
				"generic: Hello John", "stream:  Hello John 0", "stream:  Hello John 1", "stream:  Hello John 2");
	}

	@Test
	void clientWaitsForAGreeterThatStartsLater() {
		JavaProcess client = this.neighbourhood.start(GreeterClientApplication.class, "--service=late");
		client.awaitLine("^waiting for late$");

		this.neighbourhood.start(GreeterApplication.class, "--micro.server.name=late");

		assertThat(client.awaitExit()).as(client.toString()).isZero();
		assertThat(client.lines()).contains("typed:   Hello John");
	}

	private static URI url(String line) {
		Matcher address = Pattern.compile("localhost:(\\S+)").matcher(line);
		assertThat(address.find()).as(line).isTrue();
		return URI.create("http://127.0.0.1:" + address.group(1));
	}

	private static String body(HttpRequest.Builder request) throws IOException, InterruptedException {
		return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
	}

}
