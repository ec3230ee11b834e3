package io.microspring.plugins.registry.gossip;

import java.util.ArrayList;
import java.util.List;

import io.microspring.plugins.registry.gossip.ServiceTable.Entry;
import io.microspring.plugins.registry.gossip.ServiceTable.Key;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Which of two that say something of a node is believed. */
class ServiceTableTest {

	private static final long MINUTE = 60_000_000_000L;

	private final List<Change.Action> heard = new ArrayList<>();

	private final ServiceTable table = new ServiceTable(
			(name, changes) -> changes.forEach((change) -> this.heard.add(change.action())));

	@Test
	void olderNewsIsNotBelieved() {
		assertThat(put("a:1", 10)).isTrue();
		assertThat(put("a:2", 9)).isFalse();
		assertThat(put("a:2", 10)).isFalse();
		assertThat(addresses()).containsExactly("a:1");
		assertThat(put("a:2", 11)).isTrue();
		assertThat(addresses()).containsExactly("a:2");
		assertThat(this.heard).containsExactly(Change.Action.CREATE, Change.Action.UPDATE);
	}

	@Test
	void whatWasTakenBackDoesNotComeBackByOldNews() {
		put("a:1", 10);
		assertThat(remove(9)).isNull();
		assertThat(remove(12)).isEqualTo(12);
		assertThat(put("a:1", 10)).isFalse();
		assertThat(put("a:1", 0)).as("of a member of Go's, which never forgets").isFalse();
		assertThat(addresses()).isEmpty();
		assertThat(put("a:1", 13)).isTrue();
		assertThat(remove(0)).as("by a member of Go's, which has no versions").isEqualTo(13);
		assertThat(put("a:1", 13)).isFalse();
	}

	@Test
	void whatIsTakenBackBeforeItIsHeardOfDoesNotCome() {
		assertThat(remove(12)).isEqualTo(12);
		assertThat(remove(12)).isNull();
		assertThat(put("a:1", 11)).isFalse();
		assertThat(put("a:1", 13)).isTrue();
	}

	@Test
	void nodesOfAMemberThatIsGoneAreOutOfSightUntilItIsBack() {
		put("a:1", 10);
		this.table.down("m");
		assertThat(addresses()).isEmpty();
		put("a:1", 11);
		assertThat(addresses()).isEmpty();
		this.table.up("m");
		assertThat(addresses()).containsExactly("a:1");
		this.table.down("m");
		this.table.expire(2 * MINUTE);
		this.table.up("m");
		assertThat(addresses()).as("its time was over").isEmpty();
		assertThat(this.heard).containsExactly(Change.Action.CREATE, Change.Action.DELETE, Change.Action.CREATE,
				Change.Action.DELETE);
	}

	@Test
	void stateIsReadAsItIsWritten() {
		put("a:1", 10);
		this.table.put(new Entry(Service.of("b", "2", Node.of("n2", "b:1")), 5 * MINUTE, 7, ""), 0);
		assertThat(ServiceState.read(ServiceState.write(this.table.entries()), 0))
			.containsExactlyElementsOf(this.table.entries());
		String go = """
				{"a":[{"name":"a","version":"1","metadata":null,"endpoints":null,"nodes":[{"id":"n","address":"a:1"}]}],
				 "odd":[{"nodes":[{"id":"n"}]},7,{"name":"odd","nodes":[{"address":"x"}]}],"":null,"x":{"y":{}}}""";
		assertThat(ServiceState.read(go.getBytes(), 42)).singleElement().satisfies((entry) -> {
			assertThat(entry.expires()).isEqualTo(42);
			assertThat(entry.version()).isZero();
			assertThat(entry.member()).isEmpty();
		});
	}

	private boolean put(String address, long version) {
		boolean put = this.table.put(new Entry(Service.of("a", "1", Node.of("n", address)), MINUTE, version, "m"), 0);
		this.table.publish();
		return put;
	}

	private Long remove(long version) {
		Long removed = this.table.remove(new Key("a", "1", "n"), version, 0);
		this.table.publish();
		return removed;
	}

	private List<String> addresses() {
		return this.table.get("a").stream().flatMap((service) -> service.nodes().stream()).map(Node::address).toList();
	}

}
