package io.microspring.plugins.registry.consul;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import io.microspring.test.Fuzz;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tags that only look like go-micro's do not keep those beside them from being read. */
class ConsulTagsFuzzTest {

	private static final Endpoint ENDPOINT = new Endpoint("Say.Hello",
			new Value("Request", "Request", List.of(new Value("name", "string", List.of()))), null, Map.of("a", "b"));

	private static final Node NODE = new Node("n1", "127.0.0.1:1", Map.of("protocol", "mucp"));

	private static final Service SERVICE = new Service("greeter", "1.0.0", Map.of("team", "a"), List.of(ENDPOINT),
			List.of(NODE));

	private static final String[] ODD = { "t", "t-", "t-zz", "e-7801", "v-78", "e-00", "-", "", "t-shirt", "e-mail",
			"v-789c4bcbcf07000282", "s--", "e-789c8b8e050001150090" };

	@Test
	void oddTagsAreReadOrPassedOver() {
		List<String> good = ConsulTags.write(SERVICE, NODE);
		Fuzz.run((random) -> {
			List<String> tags = new ArrayList<>();
			for (int i = random.nextInt(8); i > 0; i--) {
				tags.add(random.nextBoolean() ? mutated(good.get(random.nextInt(good.size())), random)
						: odd(random.nextInt(ODD.length + 4), random));
			}
			ConsulTags.versions(tags).forEach((version) -> assertThat(version).isNotNull());
			assertThat(ConsulTags.nodeMetadata(tags)).isNotNull();
			assertThat(ConsulTags.serviceMetadata(tags)).isNotNull();
			assertThat(ConsulTags.endpoints(tags)).allSatisfy((endpoint) -> assertThat(endpoint.name()).isNotEmpty());
		});
	}

	@Test
	void goodTagsAreReadBesideOddOnes() {
		Fuzz.run((random) -> {
			List<String> tags = new ArrayList<>(ConsulTags.write(SERVICE, NODE));
			tags.add(random.nextInt(tags.size()), ODD[random.nextInt(ODD.length)]);
			assertThat(ConsulTags.versions(tags)).contains("1.0.0");
			assertThat(ConsulTags.nodeMetadata(tags)).containsEntry("protocol", "mucp");
			assertThat(ConsulTags.serviceMetadata(tags)).containsEntry("team", "a");
			assertThat(ConsulTags.endpoints(tags)).contains(ENDPOINT);
		});
	}

	/** One of those above, or JSON of the wrong kind, too deep or too long. */
	private static String odd(int which, Random random) {
		char kind = "tevs".charAt(random.nextInt(4));
		return switch (which) {
			case 0 -> kind + "=" + "[".repeat(random.nextInt(5000));
			case 1 -> kind + "=" + "{\"name\":".repeat(random.nextInt(300)) + "5" + "}".repeat(random.nextInt(300));
			case 2 -> kind + "=" + random.nextLong();
			case 3 ->
				kind + "={\"name\":\"" + "x".repeat(random.nextInt(100_000)) + "\",\"request\":[],\"metadata\":5}";
			default -> ODD[which - 4];
		};
	}

	private static String mutated(String tag, Random random) {
		StringBuilder mutated = new StringBuilder(tag);
		for (int i = 1 + random.nextInt(3); i > 0; i--) {
			mutated.setCharAt(random.nextInt(mutated.length()), "0123456789abcdef-=tevs".charAt(random.nextInt(22)));
		}
		return (random.nextInt(4) == 0) ? mutated.substring(0, random.nextInt(mutated.length())) : mutated.toString();
	}

}
