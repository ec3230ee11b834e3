package io.microspring.plugins.registry.consul;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What Consul has no field for, as tags (protocol reference §7.3): a letter, a dash, and
 * a compressed text in hex. {@code t} is an entry of the node's metadata, {@code e} an
 * endpoint, {@code v} the version; {@code s}, an entry of the service's metadata, is ours
 * and passed over by go-micro. Its older form, a letter, {@code =} and the plain text, is
 * read too.
 */
final class ConsulTags {

	/** What one tag may hold at the most when inflated. */
	private static final int MAX_SIZE = 1024 * 1024;

	private static final char NODE_METADATA = 't';

	private static final char ENDPOINT = 'e';

	private static final char VERSION = 'v';

	private static final char SERVICE_METADATA = 's';

	private ConsulTags() {
	}

	static List<String> write(Service service, Node node) {
		List<String> tags = new ArrayList<>();
		node.metadata().forEach((name, value) -> tags.add(tag(NODE_METADATA, entry(name, value))));
		service.endpoints().forEach((e) -> tags.add(tag(ENDPOINT, RegistryJson.write(e))));
		tags.add(tag(VERSION, service.version()));
		service.metadata().forEach((name, value) -> tags.add(tag(SERVICE_METADATA, entry(name, value))));
		return tags;
	}

	/**
	 * The versions that tags name: one for the tags of a node, any number for those of
	 * all nodes of a service.
	 */
	static List<String> versions(List<String> tags) {
		return texts(tags, VERSION).stream().distinct().toList();
	}

	static Map<String, String> nodeMetadata(List<String> tags) {
		return metadata(tags, NODE_METADATA);
	}

	static Map<String, String> serviceMetadata(List<String> tags) {
		return metadata(tags, SERVICE_METADATA);
	}

	static List<Endpoint> endpoints(List<String> tags) {
		List<Endpoint> endpoints = new ArrayList<>();
		for (String text : texts(tags, ENDPOINT)) {
			Endpoint endpoint = RegistryJson.readEndpoint(json(text));
			if (!endpoint.name().isEmpty()) {
				endpoints.add(endpoint);
			}
		}
		return endpoints;
	}

	private static Map<String, String> metadata(List<String> tags, char kind) {
		Map<String, String> metadata = new LinkedHashMap<>();
		texts(tags, kind).forEach((text) -> metadata.putAll(RegistryJson.readMetadata(json(text))));
		return metadata;
	}

	/**
	 * The texts of one kind of tag. Where both forms stand side by side they say the same
	 * twice: that of the first counts. Tags that only look like ours are passed over.
	 */
	private static List<String> texts(List<String> tags, char kind) {
		List<String> texts = new ArrayList<>();
		char form = 0;
		for (String tag : tags) {
			if (tag.length() < 2 || tag.charAt(0) != kind || (form != 0 && tag.charAt(1) != form)) {
				continue;
			}
			String text = switch (tag.charAt(1)) {
				case '-' -> inflate(tag.substring(2));
				case '=' -> tag.substring(2);
				default -> null;
			};
			if (text != null) {
				form = tag.charAt(1);
				texts.add(text);
			}
		}
		return texts;
	}

	private static String entry(String name, String value) {
		return RegistryJson.write(Map.of(name, value));
	}

	private static JsonNode json(String text) {
		try {
			return RegistryJson.JSON.readTree(text);
		}
		catch (JacksonException ex) {
			return RegistryJson.JSON.missingNode();
		}
	}

	private static String tag(char kind, String text) {
		ByteArrayOutputStream deflated = new ByteArrayOutputStream();
		try (DeflaterOutputStream out = new DeflaterOutputStream(deflated)) {
			out.write(text.getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return kind + "-" + HexFormat.of().formatHex(deflated.toByteArray());
	}

	private static @Nullable String inflate(String hex) {
		try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(HexFormat.of().parseHex(hex)))) {
			byte[] text = in.readNBytes(MAX_SIZE + 1);
			return (text.length > MAX_SIZE) ? null : new String(text, StandardCharsets.UTF_8);
		}
		catch (IOException | IllegalArgumentException ex) {
			return null;
		}
	}

}
