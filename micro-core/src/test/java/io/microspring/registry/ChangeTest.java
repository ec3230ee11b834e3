package io.microspring.registry;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ChangeTest {

	private static final Node A = Node.of("a", "127.0.0.1:1");

	private static final Node B = Node.of("b", "127.0.0.1:2");

	private static final Node C = Node.of("c", "127.0.0.1:3");

	@Test
	void nothingChangedIsNoChange() {
		assertThat(Change.between(List.of(), List.of())).isEmpty();
		assertThat(Change.between(List.of(version("1", A, B)), List.of(version("1", B, A)))).isEmpty();
	}

	@Test
	void whatWentIsToldBeforeWhatChangedAndWhatCame() {
		Node moved = Node.of("b", "127.0.0.1:9");
		assertThat(Change.between(List.of(version("1", A, B)), List.of(version("1", moved, C)))).containsExactly(
				new Change(Change.Action.DELETE, version("1", A)),
				new Change(Change.Action.UPDATE, version("1", moved)),
				new Change(Change.Action.CREATE, version("1", C)));
	}

	@Test
	void versionsAreToldApart() {
		assertThat(Change.between(List.of(version("1", A, B)), List.of(version("1", B), version("2", A))))
			.containsExactly(new Change(Change.Action.DELETE, version("1", A)),
					new Change(Change.Action.CREATE, version("2", A)));
	}

	@Test
	void vanishedVersionIsToldWithItsNodes() {
		assertThat(Change.between(List.of(version("1", A, B)), List.of()))
			.containsExactly(new Change(Change.Action.DELETE, version("1", A, B)));
	}

	@Test
	void otherEndpointsChangeEveryNode() {
		Service described = new Service("s", "1", Map.of(), List.of(new Endpoint("E", null, null, Map.of())),
				List.of(A, B));
		assertThat(Change.between(List.of(version("1", A, B)), List.of(described)))
			.containsExactly(new Change(Change.Action.UPDATE, described));
	}

	private static Service version(String version, Node... nodes) {
		return Service.of("s", version, nodes);
	}

}
