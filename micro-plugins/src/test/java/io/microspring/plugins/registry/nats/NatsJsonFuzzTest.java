package io.microspring.plugins.registry.nats;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.microspring.registry.Change;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import io.microspring.test.Fuzz;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Messages that only look like go-micro's are read as far as they go, or not at all. */
class NatsJsonFuzzTest {

	private static final Service SERVICE = new Service("greeter", "1.0.0", Map.of("team", "a"),
			List.of(new Endpoint("Say.Hello",
					new Value("Request", "Request", List.of(new Value("name", "string", List.of()))), null,
					Map.of("a", "b"))),
			List.of(new Node("n1", "127.0.0.1:1", Map.of("protocol", "mucp"))));

	@Test
	void oddMessagesAreReadOrPassedOver() {
		byte[] news = NatsJson.news(Change.Action.CREATE, SERVICE, Duration.ofSeconds(3));
		assertThat(NatsJson.readNews(news)).isEqualTo(new NatsJson.News(true, SERVICE, Duration.ofSeconds(3)));
		assertThat(NatsJson.readAnswer(NatsJson.answer(SERVICE))).isEqualTo(SERVICE);
		assertThat(NatsJson.readQuestion(NatsJson.question("a/b"))).isEqualTo("a/b");
		assertThat(NatsJson.readQuestion(NatsJson.question(""))).isEmpty();
		Fuzz.run((random) -> {
			byte[] odd = random.nextBoolean() ? mutated(news, random) : odd(random);
			NatsJson.News read = NatsJson.readNews(odd);
			if (read != null) {
				assertThat(read.service().name()).isNotEmpty();
				assertThat(read.service().nodes()).isNotEmpty()
					.allSatisfy((node) -> assertThat(node.id()).isNotEmpty());
				assertThat(read.ttl().isNegative()).isFalse();
			}
			NatsJson.readAnswer(odd);
			NatsJson.readQuestion(odd);
		});
	}

	/** No JSON, or JSON of the wrong kind, too deep or too long. */
	private static byte[] odd(Random random) {
		return switch (random.nextInt(4)) {
			case 0 -> "[".repeat(random.nextInt(5000)).getBytes();
			case 1 -> ("{\"Service\":".repeat(random.nextInt(300)) + "5" + "}".repeat(random.nextInt(300))).getBytes();
			case 2 -> ("{\"Action\":\"create\",\"Ttl\":-1e99,\"Service\":{\"name\":\""
					+ "x".repeat(random.nextInt(9999)) + "\",\"nodes\":[{\"id\":\"n\"}]}}")
				.getBytes();
			default -> {
				byte[] bytes = new byte[random.nextInt(100)];
				random.nextBytes(bytes);
				yield bytes;
			}
		};
	}

	private static byte[] mutated(byte[] good, Random random) {
		byte[] mutated = good.clone();
		for (int i = 1 + random.nextInt(5); i > 0; i--) {
			mutated[random.nextInt(mutated.length)] = (byte) "{}[]\",:0 n\\u\0".charAt(random.nextInt(13));
		}
		return mutated;
	}

}
