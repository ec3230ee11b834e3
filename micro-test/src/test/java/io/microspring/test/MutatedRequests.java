package io.microspring.test;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

import com.google.protobuf.StringValue;
import io.microspring.codec.Codec;
import io.microspring.codec.Codec.Header;
import io.microspring.codec.Codec.Kind;
import io.microspring.codec.Codecs;

/**
 * Requests over HTTP/1.1 of every form that the port understands, some of them wrong.
 */
public final class MutatedRequests {

	private static final List<String> TYPES = List.of(Codecs.PROTOBUF, Codecs.JSON, Codecs.JSON_RPC, Codecs.PROTO_RPC,
			Codecs.GRPC, Codecs.GRPC_JSON, Codecs.BYTES);

	private static final List<String> ENDPOINTS = List.of("Say.Hello", "Say.Greet", "Say.Turn", "Say.Chat", "Say.Nope");

	private MutatedRequests() {
	}

	/**
	 * Some requests on one connection, of which one or none is as it should be.
	 * @param random decides
	 * @return the bytes
	 */
	public static byte[] some(Random random) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		for (int i = random.nextInt(3); i >= 0; i--) {
			byte[] request = request(random);
			bytes.writeBytes((random.nextInt(5) == 0) ? request : Mutations.of(request, random));
		}
		return bytes.toByteArray();
	}

	private static byte[] request(Random random) {
		String contentType = TYPES.get(random.nextInt(TYPES.size()));
		String endpoint = ENDPOINTS.get(random.nextInt(ENDPOINTS.size()));
		byte[] body = body(contentType, endpoint, random);
		StringBuilder head = new StringBuilder("POST ")
			.append((random.nextInt(3) == 0) ? "/" + endpoint.replace('.', '/') : "/")
			.append((random.nextInt(9) == 0) ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n")
			.append("Host: x\r\nContent-Type: ")
			.append(contentType)
			.append("\r\n");
		if (random.nextInt(3) > 0) {
			String prefix = (random.nextInt(5) == 0) ? "X-Micro-" : "Micro-";
			head.append(prefix).append("Endpoint: ").append(endpoint).append("\r\n");
			head.append(prefix).append("Id: ").append(random.nextInt(3)).append("\r\n");
		}
		String[] more = { "", "", "", "Micro-Stream: 1\r\n", "Micro-Topic: news\r\n", "Micro-Target: greeter\r\n",
				"Micro-Error: EOS\r\n", "Timeout: " + random.nextLong() + "\r\n", "Connection: close\r\n",
				"Expect: 100-continue\r\n", "Upgrade: h2c\r\n",
				"X-Long: " + "x".repeat(random.nextInt(6000)) + "\r\n" };
		head.append(more[random.nextInt(more.length)]);
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		if (random.nextInt(4) == 0) {
			bytes.writeBytes(latin1(head + "Transfer-Encoding: chunked\r\n\r\n"));
			if (body.length > 0) {
				bytes.writeBytes(latin1(Integer.toHexString(body.length) + "\r\n"));
				bytes.writeBytes(body);
				bytes.writeBytes(latin1("\r\n"));
			}
			bytes.writeBytes(latin1("0\r\n\r\n"));
		}
		else {
			bytes.writeBytes(latin1(head + "Content-Length: " + body.length + "\r\n\r\n"));
			bytes.writeBytes(body);
		}
		return bytes.toByteArray();
	}

	private static byte[] body(String contentType, String endpoint, Random random) {
		if (random.nextInt(6) == 0) {
			byte[] bytes = new byte[random.nextInt(300)];
			random.nextBytes(bytes);
			return bytes;
		}
		Codec codec = Codecs.defaults().find(contentType);
		if (codec == null || contentType.equals(Codecs.BYTES)) {
			return new byte[0];
		}
		boolean json = contentType.contains("json");
		Object object = (json && random.nextBoolean()) ? "John" : StringValue.of("John");
		return codec.write(new Header(Kind.REQUEST, "7", "greeter", endpoint, null), object).body();
	}

	private static byte[] latin1(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

}
