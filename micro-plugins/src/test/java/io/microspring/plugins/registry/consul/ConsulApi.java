package io.microspring.plugins.registry.consul;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.microspring.registry.RegistryJson;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Consul's own interface, for somebody who knows nothing of us. */
final class ConsulApi {

	private final HttpClient http = HttpClient.newHttpClient();

	private final String address;

	private final String token;

	ConsulApi(String address, String token) {
		this.address = address;
		this.token = token;
	}

	JsonNode put(String path, String body) throws Exception {
		return send(request(path).PUT(HttpRequest.BodyPublishers.ofString(body)));
	}

	JsonNode get(String path) throws Exception {
		return send(request(path).GET());
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://" + this.address + path)).header("X-Consul-Token", this.token);
	}

	private JsonNode send(HttpRequest.Builder request) throws Exception {
		HttpResponse<String> response = this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return RegistryJson.JSON.readTree(response.body());
	}

}
