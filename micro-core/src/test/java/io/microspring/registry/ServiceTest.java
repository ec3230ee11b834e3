package io.microspring.registry;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is registered under a name.
 */
class ServiceTest {

	@Test
	void entriesOfOneNameAndVersionArePutTogetherAndTheLastCounts() {
		Service first = new Service("a", "1", Map.of("color", "red"), List.of(), List.of(Node.of("a-1", "h:1")));
		Service other = Service.of("b", "1", Node.of("b-1", "h:3"));
		Service newer = Service.of("a", "2", Node.of("a-1", "h:1"));
		Service last = new Service("a", "1", Map.of("color", "blue"), List.of(),
				List.of(Node.of("a-2", "h:2"), Node.of("a-1", "h:9")));

		assertThat(Service.byVersion(List.of(first, other, newer, last)))
			.containsExactly(last.withNodes(List.of(Node.of("a-1", "h:9"), Node.of("a-2", "h:2"))), other, newer);
	}

	@Test
	void nothingIsPutTogetherToNothing() {
		assertThat(Service.byVersion(List.of())).isEmpty();
	}

}
