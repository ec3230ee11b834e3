package io.microspring.registry.mdns;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RoomTest {

	private final Room room = new Room();

	@Test
	void soManyNodesAndNoMore() {
		IntStream.range(0, Room.MAX_NODES).forEach((i) -> assertThat(this.room.swap(null, node("n" + i))).isTrue());
		assertThat(this.room.swap(null, node("one-too-many"))).isFalse();
		assertThat(this.room.swap(node("n1"), node("n1"))).isTrue();
		this.room.free(node("n1"));
		assertThat(this.room.swap(null, node("n1"))).isTrue();
	}

	@Test
	void soMuchAboutNodesAndNoMore() {
		Instance large = large("n", 1 << 20);
		int taken = 0;
		while (this.room.swap(null, large)) {
			taken++;
		}
		assertThat(taken).isBetween(1, 64);
		assertThat(this.room.swap(large, large("n", 2 << 20))).isFalse();
		assertThat(this.room.swap(large, node("n"))).isTrue();
		assertThat(this.room.swap(null, node("small"))).isTrue();
	}

	@Test
	void sizeCountsAllThatIsTold() {
		String text = "x".repeat(1000);
		List<Service> services = List.of(Service.of(text, "1"), Service.of("a", text),
				new Service("a", "1", Map.of(text, "b"), List.of(), List.of()),
				new Service("a", "1", Map.of("b", text), List.of(), List.of()),
				Service.of("a", "1", new Node("n", "127.0.0.1:1", Map.of("b", text))),
				endpoint(new Endpoint(text, null, null, Map.of())),
				endpoint(new Endpoint("e", null, null, Map.of("b", text))),
				endpoint(new Endpoint("e", new Value(text, "t", List.of()), null, Map.of())), endpoint(new Endpoint("e",
						null, new Value("v", "t", List.of(new Value("w", text, List.of()))), Map.of())));
		assertThat(services).allSatisfy((service) -> assertThat(Room.size(service)).isBetween(1000L, 2000L));
	}

	private static Service endpoint(Endpoint endpoint) {
		return new Service("a", "1", Map.of(), List.of(endpoint), List.of());
	}

	private static Instance node(String id) {
		return new Instance(Service.of("greeter", "1", Node.of(id, "127.0.0.1:1")), 120);
	}

	private static Instance large(String id, int size) {
		Endpoint endpoint = new Endpoint("x".repeat(size), null, null, Map.of());
		return new Instance(
				new Service("greeter", "1", Map.of(), List.of(endpoint), List.of(Node.of(id, "127.0.0.1:1"))), 120);
	}

}
