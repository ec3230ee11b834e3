package io.microspring.registry;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes the JSON form of what registries hold ({@link RegistryJson}) without Jackson's
 * mapper and trees, which would take a good part of the start of a small service.
 * <p>
 * Thread-safe, where the generator is one thread's. go-micro: the {@code json} tags of
 * {@code registry.Service} and what it consists of.
 */
public final class RegistryJsonWriter {

	private static final JsonFactory FACTORY = new JsonFactory();

	private RegistryJsonWriter() {
	}

	/**
	 * Writes a document.
	 * @param content writes what it consists of
	 * @return the JSON in UTF-8
	 */
	public static byte[] write(Consumer<JsonGenerator> content) {
		ByteArrayOutputStream json = new ByteArrayOutputStream(1024);
		try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), json)) {
			content.accept(out);
		}
		return json.toByteArray();
	}

	/**
	 * Writes a service, {@code {"name","version","metadata","endpoints","nodes"}}.
	 * @param service the service
	 * @param out where to
	 */
	public static void write(Service service, JsonGenerator out) {
		write(service, out, () -> {
		});
	}

	/**
	 * Writes a service with something of one's own, which others pass over.
	 * @param service the service
	 * @param out where to
	 * @param more writes further properties
	 */
	public static void write(Service service, JsonGenerator out, Runnable more) {
		out.writeStartObject();
		out.writeStringProperty("name", service.name());
		out.writeStringProperty("version", service.version());
		if (service.metadata().isEmpty()) {
			out.writeNullProperty("metadata");
		}
		else {
			write("metadata", service.metadata(), out);
		}
		if (service.endpoints().isEmpty()) {
			out.writeNullProperty("endpoints");
		}
		else {
			out.writeArrayPropertyStart("endpoints");
			service.endpoints().forEach((endpoint) -> write(endpoint, out));
			out.writeEndArray();
		}
		out.writeArrayPropertyStart("nodes");
		service.nodes().forEach((node) -> write(node, out));
		out.writeEndArray();
		more.run();
		out.writeEndObject();
	}

	private static void write(Node node, JsonGenerator out) {
		out.writeStartObject();
		out.writeStringProperty("id", node.id());
		out.writeStringProperty("address", node.address());
		write("metadata", node.metadata(), out);
		out.writeEndObject();
	}

	/**
	 * Writes an endpoint, {@code {"name","request","response","metadata"}}.
	 * @param endpoint the endpoint
	 * @param out where to
	 */
	public static void write(Endpoint endpoint, JsonGenerator out) {
		out.writeStartObject();
		out.writeStringProperty("name", endpoint.name());
		write("request", endpoint.request(), out);
		write("response", endpoint.response(), out);
		write("metadata", endpoint.metadata(), out);
		out.writeEndObject();
	}

	private static void write(String name, @Nullable Value value, JsonGenerator out) {
		out.writeName(name);
		if (value == null) {
			out.writeNull();
		}
		else {
			write(value, out);
		}
	}

	private static void write(Value value, JsonGenerator out) {
		out.writeStartObject();
		out.writeStringProperty("name", value.name());
		out.writeStringProperty("type", value.type());
		if (value.values().isEmpty()) {
			out.writeNullProperty("values");
		}
		else {
			out.writeArrayPropertyStart("values");
			value.values().forEach((child) -> write(child, out));
			out.writeEndArray();
		}
		out.writeEndObject();
	}

	/**
	 * Writes metadata as a property.
	 * @param name the property's name
	 * @param metadata the metadata
	 * @param out where to
	 */
	public static void write(String name, Map<String, String> metadata, JsonGenerator out) {
		out.writeObjectPropertyStart(name);
		metadata.forEach(out::writeStringProperty);
		out.writeEndObject();
	}

}
