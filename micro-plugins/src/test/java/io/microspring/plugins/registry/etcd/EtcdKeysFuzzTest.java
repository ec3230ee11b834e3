package io.microspring.plugins.registry.etcd;

import java.util.List;
import java.util.Map;
import java.util.Random;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import io.microspring.test.Fuzz;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Values that only look like go-micro's are read as far as they go, or not at all. */
class EtcdKeysFuzzTest {

	private static final Service SERVICE = new Service("greeter", "1.0.0", Map.of("team", "a"),
			List.of(new Endpoint("Say.Hello",
					new Value("Request", "Request", List.of(new Value("name", "string", List.of()))), null,
					Map.of("a", "b"))),
			List.of(new Node("n1", "127.0.0.1:1", Map.of("protocol", "mucp"))));

	@Test
	void oddValuesAreReadOrPassedOver() {
		byte[] good = EtcdKeys.value(SERVICE).toByteArray();
		assertThat(read(good)).isEqualTo(SERVICE);
		Fuzz.run((random) -> {
			Service service = read(random.nextBoolean() ? mutated(good, random) : odd(random));
			if (service != null) {
				assertThat(service.name()).isNotEmpty();
				assertThat(service.nodes()).isNotEmpty().allSatisfy((node) -> assertThat(node.id()).isNotEmpty());
			}
		});
	}

	private static Service read(byte[] value) {
		return EtcdKeys.read(KeyValue.newBuilder().setValue(ByteString.copyFrom(value)).build(), "");
	}

	/** No JSON, or JSON of the wrong kind, too deep or too long. */
	private static byte[] odd(Random random) {
		return switch (random.nextInt(4)) {
			case 0 -> "[".repeat(random.nextInt(5000)).getBytes();
			case 1 -> ("{\"nodes\":".repeat(random.nextInt(300)) + "5" + "}".repeat(random.nextInt(300))).getBytes();
			case 2 ->
				("{\"name\":\"" + "x".repeat(random.nextInt(100_000)) + "\",\"nodes\":[{\"id\":\"n\"}]}").getBytes();
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
