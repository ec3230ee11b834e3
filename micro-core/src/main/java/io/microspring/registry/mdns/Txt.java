package io.microspring.registry.mdns;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.RegistryJsonWriter;
import io.microspring.registry.Service;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What stands in a TXT record: JSON, compressed with zlib, in hex, cut into strings of
 * 255 bytes (protocol reference §7.2). go-micro: {@code mdnsTxt}.
 * <p>
 * go-micro has no place for a service's own metadata, for a node id that DNS cannot have
 * and for a registration that lives shorter than its records. When there are such they
 * stand under keys that go-micro passes over.
 *
 * @param service the service's name
 * @param version its version
 * @param serviceMetadata metadata of the service
 * @param endpoints what it offers
 * @param metadata metadata of the node
 * @param id the node's id; empty: the record's name has it
 * @param ttl how many seconds the registration lives; 0: as long as the record
 */
record Txt(String service, String version, Map<String, String> serviceMetadata, List<Endpoint> endpoints,
		Map<String, String> metadata, String id, int ttl) {

	/** More than that nobody means well. */
	private static final int MAX_JSON = 1 << 20;

	private static final int MAX_STRING = 255;

	/** Of a service with one node. */
	static Txt of(Service service, String id, int ttl) {
		return new Txt(service.name(), service.version(), service.metadata(), service.endpoints(),
				service.nodes().get(0).metadata(), id, ttl);
	}

	Service withNode(String nameOfNode, String address) {
		return new Service(this.service, this.version, this.serviceMetadata, this.endpoints,
				List.of(new Node(this.id.isEmpty() ? nameOfNode : this.id, address, this.metadata)));
	}

	/**
	 * The content of the record. Written without Jackson's trees, which would take a good
	 * part of the start of a small service.
	 */
	ByteBuf encode() {
		byte[] hex = HexFormat.of().formatHex(deflate(json())).getBytes(StandardCharsets.US_ASCII);
		ByteBuf content = Unpooled.buffer(hex.length + hex.length / MAX_STRING + 1);
		for (int from = 0; from < hex.length; from += MAX_STRING) {
			int length = Math.min(MAX_STRING, hex.length - from);
			content.writeByte(length).writeBytes(hex, from, length);
		}
		return content;
	}

	private byte[] json() {
		return RegistryJsonWriter.write((out) -> {
			out.writeStartObject();
			out.writeStringProperty("Service", this.service);
			out.writeStringProperty("Version", this.version);
			if (this.endpoints.isEmpty()) {
				out.writeNullProperty("Endpoints");
			}
			else {
				out.writeArrayPropertyStart("Endpoints");
				this.endpoints.forEach((endpoint) -> RegistryJsonWriter.write(endpoint, out));
				out.writeEndArray();
			}
			RegistryJsonWriter.write("Metadata", this.metadata, out);
			if (!this.serviceMetadata.isEmpty()) {
				RegistryJsonWriter.write("ServiceMetadata", this.serviceMetadata, out);
			}
			if (!this.id.isEmpty()) {
				out.writeStringProperty("Id", this.id);
			}
			if (this.ttl > 0) {
				out.writeNumberProperty("Ttl", this.ttl);
			}
			out.writeEndObject();
		});
	}

	/**
	 * Reads the content of a record.
	 * @throws IllegalArgumentException when it is not go-micro's
	 */
	static Txt decode(ByteBuf content) {
		ByteBuf in = content.duplicate();
		StringBuilder hex = new StringBuilder(in.readableBytes());
		while (in.isReadable()) {
			int length = in.readUnsignedByte();
			if (length > in.readableBytes()) {
				throw new IllegalArgumentException("a string of a TXT record is cut off");
			}
			hex.append(in.readCharSequence(length, StandardCharsets.US_ASCII));
		}
		JsonNode json = read(inflate(HexFormat.of().parseHex(hex)));
		List<Endpoint> endpoints = new ArrayList<>();
		for (JsonNode endpoint : json.path("Endpoints").values()) {
			endpoints.add(RegistryJson.readEndpoint(endpoint));
		}
		return new Txt(json.path("Service").asString(""), json.path("Version").asString(""),
				RegistryJson.readMetadata(json.path("ServiceMetadata")), endpoints,
				RegistryJson.readMetadata(json.path("Metadata")), json.path("Id").asString(""),
				Math.max(0, json.path("Ttl").asInt(0)));
	}

	private static JsonNode read(byte[] json) {
		try {
			return RegistryJson.JSON.readTree(json);
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("a TXT record holds no JSON", ex);
		}
	}

	private static byte[] deflate(byte[] plain) {
		Deflater deflater = new Deflater();
		try {
			deflater.setInput(plain);
			deflater.finish();
			ByteArrayOutputStream out = new ByteArrayOutputStream();
			byte[] chunk = new byte[1024];
			while (!deflater.finished()) {
				out.write(chunk, 0, deflater.deflate(chunk));
			}
			return out.toByteArray();
		}
		finally {
			deflater.end();
		}
	}

	private static byte[] inflate(byte[] compressed) {
		Inflater inflater = new Inflater();
		try {
			inflater.setInput(compressed);
			ByteArrayOutputStream out = new ByteArrayOutputStream();
			byte[] chunk = new byte[4096];
			while (!inflater.finished()) {
				int length = inflater.inflate(chunk);
				out.write(chunk, 0, length);
				if (length == 0 && !inflater.finished()) {
					throw new IllegalArgumentException("a TXT record is cut off");
				}
				if (out.size() > MAX_JSON) {
					throw new IllegalArgumentException("a TXT record holds more than " + MAX_JSON + " bytes");
				}
			}
			return out.toByteArray();
		}
		catch (DataFormatException ex) {
			throw new IllegalArgumentException("a TXT record holds no zlib data", ex);
		}
		finally {
			inflater.end();
		}
	}

}
