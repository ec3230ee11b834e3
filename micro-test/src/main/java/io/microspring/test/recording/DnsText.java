package io.microspring.test.recording;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.InflaterInputStream;

import io.microspring.registry.Endpoint;
import io.microspring.registry.RegistryJson;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What go-micro reads from a TXT record. What stands there beside it go-micro passes
 * over.
 *
 * @param service the service's name
 * @param version its version
 * @param endpoints what it offers
 * @param metadata the node's metadata
 */
record DnsText(String service, String version, List<Endpoint> endpoints, Map<String, String> metadata) {

	/**
	 * Reads the strings of a record, put together.
	 * @throws IllegalArgumentException when Go could not read them
	 */
	static DnsText of(String hex) {
		byte[] zlib = HexFormat.of().parseHex(hex);
		try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(zlib))) {
			JsonNode json = RegistryJson.JSON.readTree(in.readAllBytes());
			List<Endpoint> endpoints = new ArrayList<>();
			json.path("Endpoints").values().forEach((endpoint) -> endpoints.add(RegistryJson.readEndpoint(endpoint)));
			return new DnsText(json.path("Service").stringValue(), json.path("Version").stringValue(),
					List.copyOf(endpoints), RegistryJson.readMetadata(json.path("Metadata")));
		}
		catch (IOException | JacksonException ex) {
			throw new IllegalArgumentException("no text of go-micro's: " + ex.getMessage(), ex);
		}
	}

}
