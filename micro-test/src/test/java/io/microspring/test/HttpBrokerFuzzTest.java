package io.microspring.test;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.broker.Broker;
import io.microspring.broker.Envelope;
import io.microspring.broker.SubscribeOptions;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Whatever a publisher posts: it is taken, or refused with a clear error, and the next
 * message arrives.
 */
class HttpBrokerFuzzTest {

	private static final List<String> ODD = List.of("null", "0", "-1e999", "true", "[]", "{}", "\"\"", "\"Ag\"",
			"\"A===\"", "\"\\ud800\"", "\"%%%\"", "\"" + "A".repeat(4096) + "\"");

	private static final List<String> NAMES = List.of("Header", "header", "Body", "BODY", "Micro-Topic", ":topic",
			"Content-Type", "", "\\u0000", "Other");

	@Test
	void envelopeIsReadOrRefused() {
		int attempts = Fuzz.run((random) -> {
			byte[] input = input(random);
			Message message;
			try {
				message = Envelope.decode(input);
			}
			catch (IllegalArgumentException ex) {
				assertThat(ex.getMessage()).isNotBlank().hasSizeLessThan(1000);
				return;
			}
			Message again = Envelope.decode(Envelope.encode(message));
			assertThat(again.body()).isEqualTo(message.body());
			assertThat(again.headers().toMap()).isEqualTo(message.headers().toMap());
		});
		assertThat(attempts).isPositive();
	}

	@Test
	void brokerAnswersEachRequestAndGoesOn() {
		List<String> received = new CopyOnWriteArrayList<>();
		HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
		try (Registry registry = Registry.memory(); Broker broker = Broker.http(registry)) {
			broker.subscribe("orders", SubscribeOptions.defaults(),
					(event) -> received.add(new String(event.message().body(), StandardCharsets.UTF_8)));
			String newest = path("/", registry, "micro.http.broker");
			String v1 = path("/_sub", registry, "go.micro.http.broker");
			Fuzz.run((random) -> {
				String path = random.nextInt(8) == 0 ? "/" + random.nextInt() + "?id=%zz&id="
						: random.nextBoolean() ? newest : v1;
				HttpResponse<String> reply = post(http, broker, path, input(random));
				if (reply.statusCode() != 200) {
					assertRefused(reply);
				}
				String sent = "sentinel " + random.nextLong();
				Message message = new Message(Metadata.of("Micro-Topic", "orders", ":topic", "orders"),
						sent.getBytes(StandardCharsets.UTF_8));
				assertThat(post(http, broker, newest, Envelope.encode(message)).statusCode()).isEqualTo(200);
				// Answered once it is handled.
				assertThat(received).last().isEqualTo(sent);
				received.clear();
			});
		}
	}

	private static void assertRefused(HttpResponse<String> reply) {
		assertThat(reply.statusCode()).isIn(404, 413, 500);
		MicroException error = MicroException.parse(reply.body());
		assertThat(error.id()).isEqualTo("go.micro.broker");
		assertThat(error.detail()).isNotBlank().doesNotContain("\tat ", "java.lang", "tools.jackson");
		assertThat(reply.body()).hasSizeLessThan(10_000);
	}

	private static String path(String path, Registry registry, String name) {
		return path + "?id=" + registry.get(name).get(0).nodes().get(0).id();
	}

	private static HttpResponse<String> post(HttpClient http, Broker broker, String path, byte[] body) {
		String address = "http://" + broker.address();
		HttpRequest request = HttpRequest.newBuilder(URI.create(address + path.replace("%zz", "%25zz")))
			.timeout(Duration.ofSeconds(30))
			.POST(HttpRequest.BodyPublishers.ofByteArray(body))
			.build();
		try {
			return http.send(request, HttpResponse.BodyHandlers.ofString());
		}
		catch (Exception ex) {
			return fail("no reply: " + ex, ex);
		}
	}

	/** A message, more or less. */
	private static byte[] input(Random random) {
		return switch (random.nextInt(6)) {
			case 0 -> bytes(random, random.nextInt(512));
			case 1 -> mutated(random, valid(random));
			case 2 -> Arrays.copyOf(valid(random), random.nextInt(200));
			case 3 -> deep(random);
			case 4 -> odd(random).getBytes(StandardCharsets.UTF_8);
			default -> valid(random);
		};
	}

	private static byte[] valid(Random random) {
		String topic = random.nextInt(4) == 0 ? "no such topic" : "orders";
		Metadata.Builder headers = Metadata.builder().set("Micro-Topic", topic).set(":topic", topic);
		for (int i = random.nextInt(5) * random.nextInt(400); i > 0; i--) {
			headers.set("X-" + random.nextInt(), Base64.getEncoder().encodeToString(bytes(random, random.nextInt(30))));
		}
		int size = random.nextInt(50) == 0 ? 4 * 1024 * 1024 : random.nextInt(1000);
		return Envelope.encode(new Message(headers.build(), bytes(random, size)));
	}

	private static byte[] mutated(Random random, byte[] valid) {
		for (int i = 1 + random.nextInt(8); i > 0; i--) {
			valid[random.nextInt(Math.min(valid.length, 400))] = (byte) random.nextInt(256);
		}
		return valid;
	}

	private static byte[] deep(Random random) {
		int depth = 1 + random.nextInt(100_000);
		String open = random.nextBoolean() ? "[" : "{\"a\":";
		String text = "{\"" + NAMES.get(random.nextInt(NAMES.size())) + "\":" + open.repeat(depth);
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String odd(Random random) {
		StringBuilder text = new StringBuilder("{");
		for (int i = random.nextInt(6); i >= 0; i--) {
			text.append('"').append(NAMES.get(random.nextInt(NAMES.size()))).append("\":");
			boolean nested = random.nextInt(3) == 0;
			text.append(nested && i > 0 ? odd(random) : ODD.get(random.nextInt(ODD.size())));
			text.append((i > 0) ? "," : "}");
		}
		return text.toString();
	}

	private static byte[] bytes(Random random, int count) {
		byte[] bytes = new byte[count];
		random.nextBytes(bytes);
		return bytes;
	}

}
