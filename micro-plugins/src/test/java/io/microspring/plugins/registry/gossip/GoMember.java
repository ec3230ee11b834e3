package io.microspring.plugins.registry.gossip;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import io.microspring.test.server.ExternalServer;
import tools.jackson.databind.JsonNode;

/** The member in Go, told what to do. */
final class GoMember {

	private final HttpClient http = HttpClient.newHttpClient();

	private final ExternalServer server;

	GoMember(ExternalServer server) {
		this.server = server;
	}

	String address() {
		return ask("/address");
	}

	int members() {
		return RegistryJson.JSON.readTree(ask("/members")).size();
	}

	List<Service> get(String name) {
		List<Service> services = new ArrayList<>();
		for (JsonNode service : RegistryJson.JSON.readTree(ask("/services")).path(name).values()) {
			services.add(RegistryJson.readService(service));
		}
		return services;
	}

	void register(Service service, Duration ttl) {
		tell("/register?ttl=" + ttl.toMillis() + "ms", RegistryJson.write(service));
	}

	void deregister(Service service) {
		tell("/deregister", RegistryJson.write(service));
	}

	void join(String address) {
		tell("/join?address=" + address, "");
	}

	void leave() {
		tell("/leave", "");
	}

	private String ask(String path) {
		return send(request(path).build());
	}

	private void tell(String path, String body) {
		send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://" + this.server.address() + path))
			.timeout(Duration.ofSeconds(20));
	}

	private String send(HttpRequest request) {
		try {
			HttpResponse<String> response = this.http.send(request, HttpResponse.BodyHandlers.ofString());
			if (response.statusCode() != 200) {
				throw new IllegalStateException(request.uri() + ": " + response.body());
			}
			return response.body();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
