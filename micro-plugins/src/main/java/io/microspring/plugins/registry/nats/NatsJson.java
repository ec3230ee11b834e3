package io.microspring.plugins.registry.nats;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.microspring.registry.Change;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.RegistryJsonWriter;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What is said by NATS (protocol reference §7.8): questions and news are go-micro's
 * {@code registry.Result}, {@code {"Action","Service"}}, and answers a service. Beside
 * these keys stands, in news, {@code Ttl}: the time to live in milliseconds, which
 * go-micro passes over.
 */
final class NatsJson {

	private static final Logger log = LoggerFactory.getLogger(NatsJson.class);

	private NatsJson() {
	}

	/** A question for a service, or for all when the name is empty. */
	static byte[] question(String name) {
		return RegistryJsonWriter.write((out) -> {
			out.writeStartObject();
			out.writeStringProperty("Action", name.isEmpty() ? "list" : "get");
			out.writeName("Service");
			if (name.isEmpty()) {
				out.writeNull();
			}
			else {
				RegistryJsonWriter.write(Service.of(name, ""), out);
			}
			out.writeEndObject();
		});
	}

	/**
	 * Reads a question.
	 * @return the name of the service, empty for all, or null when it is none
	 */
	static @Nullable String readQuestion(byte[] json) {
		JsonNode tree = tree(json);
		return switch (action(tree)) {
			case "list" -> "";
			case "get" -> {
				String name = RegistryJson.readService(tree.path("Service")).name();
				yield name.isEmpty() ? null : name;
			}
			default -> null;
		};
	}

	static byte[] answer(Service service) {
		return RegistryJson.write(service).getBytes(StandardCharsets.UTF_8);
	}

	/** Reads an answer, or null when it is none. */
	static @Nullable Service readAnswer(byte[] json) {
		return service(tree(json));
	}

	static byte[] news(Change.Action action, Service service, Duration ttl) {
		return RegistryJsonWriter.write((out) -> {
			out.writeStartObject();
			out.writeStringProperty("Action", (action == Change.Action.DELETE) ? "delete" : "create");
			out.writeName("Service");
			RegistryJsonWriter.write(service, out);
			if (!ttl.isZero()) {
				out.writeNumberProperty("Ttl", ttl.toMillis());
			}
			out.writeEndObject();
		});
	}

	/** Reads news, or null when it is none. */
	static @Nullable News readNews(byte[] json) {
		JsonNode tree = tree(json);
		Service service = service(tree.path("Service"));
		if (service == null) {
			return null;
		}
		return switch (action(tree)) {
			case "create", "update" ->
				new News(true, service, Duration.ofMillis(Math.max(0, tree.path("Ttl").asLong(0))));
			case "delete" -> new News(false, service, Duration.ZERO);
			default -> null;
		};
	}

	private static @Nullable Service service(JsonNode json) {
		Service service = RegistryJson.readService(json);
		return (service.name().isEmpty() || service.nodes().isEmpty()) ? null : service;
	}

	private static String action(JsonNode json) {
		return json.path("Action").asString("");
	}

	private static JsonNode tree(byte[] json) {
		try {
			return RegistryJson.JSON.readTree(json);
		}
		catch (JacksonException ex) {
			log.debug("No JSON by NATS: {}", ex.getOriginalMessage());
			return RegistryJson.JSON.missingNode();
		}
	}

	/**
	 * What a node said of itself.
	 *
	 * @param present whether it is there
	 * @param service its service, with one node or more
	 * @param ttl how long it lives unless it says so again; zero when it does not say
	 */
	record News(boolean present, Service service, Duration ttl) {

	}

}
