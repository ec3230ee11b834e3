package io.microspring.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.microspring.concurrent.Threads;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What every registry does. A test of a registry extends this class and says how to open
 * one; what its server cannot do it says by overriding a switch. Every test uses names of
 * its own, so that a server may be shared.
 */
public abstract class RegistryContract extends RegistryFixture {

	// finding

	@Test
	void whatIsRegisteredIsFoundWithAllItsFields() {
		assumeTrue(keepsDescription(), "it keeps no metadata and endpoints of services");
		Service service = described(this.name, "1.0.0", "n1");
		this.registry.register(service, Duration.ofMinutes(1));
		eventually().untilAsserted(() -> assertThat(this.registry.get(this.name)).containsExactly(service));
	}

	@Test
	void nodeIsFoundWithAddressAndMetadata() {
		Node node = new Node(this.name + "-n1", "127.0.0.1:4711", Map.of("protocol", "mucp", "zone", "a b=c,d"));
		this.registry.register(Service.of(this.name, "latest", node), Duration.ofMinutes(1));
		eventually().untilAsserted(
				() -> assertThat(this.registry.get(this.name)).flatExtracting(Service::nodes).containsExactly(node));
	}

	@Test
	void unknownServiceIsEmpty() {
		assertThat(this.registry.get(this.name + ".unknown")).isEmpty();
	}

	@Test
	void nodesOfOneVersionAreOneEntry() {
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		this.registry.register(service("latest", "n2"), Duration.ofMinutes(1));
		eventually().untilAsserted(() -> {
			List<Service> found = this.registry.get(this.name);
			assertThat(found).extracting(Service::version).containsExactly("latest");
			assertThat(ids(found)).containsExactlyInAnyOrder(id("n1"), id("n2"));
		});
	}

	@Test
	void nodesRegisteredTogetherAreAllFound() {
		this.registry.register(service("latest", "n1", "n2", "n3"), Duration.ofMinutes(1));
		eventually().untilAsserted(() -> assertThat(ids(this.registry.get(this.name)))
			.containsExactlyInAnyOrder(id("n1"), id("n2"), id("n3")));
	}

	@Test
	void eachVersionIsAnEntry() {
		this.registry.register(service("1.0.0", "n1"), Duration.ofMinutes(1));
		this.registry.register(service("2.0.0", "n2"), Duration.ofMinutes(1));
		eventually().untilAsserted(() -> {
			List<Service> found = this.registry.get(this.name);
			assertThat(found).extracting(Service::version).containsExactlyInAnyOrder("1.0.0", "2.0.0");
			assertThat(found).allSatisfy((s) -> assertThat(s.nodes()).hasSize(1));
		});
	}

	@Test
	void listNamesWhatIsRegistered() {
		assumeTrue(lists(), "it lists what was looked up only");
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		this.registry.register(Service.of(this.name + ".b", "latest", node("n2")), Duration.ofMinutes(1));
		eventually().untilAsserted(
				() -> assertThat(this.registry.list()).extracting(Service::name).contains(this.name, this.name + ".b"));
	}

	@Test
	void nameThatBeginsLikeAnotherIsAnother() {
		this.registry.register(Service.of(this.name + ".b", "latest", node("n2")), Duration.ofMinutes(1));
		eventually().untilAsserted(() -> assertThat(this.registry.get(this.name + ".b")).hasSize(1));
		assertThat(this.registry.get(this.name)).isEmpty();
	}

	@Test
	void secondRegistrySeesWhatTheFirstKnows() {
		assumeTrue(seesOthers(), "a second one does not see what the first knows");
		Registry second = another();
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		second.register(service("latest", "n2"), Duration.ofMinutes(1));
		eventually()
			.untilAsserted(() -> assertThat(ids(second.get(this.name))).containsExactlyInAnyOrder(id("n1"), id("n2")));
		eventually().untilAsserted(
				() -> assertThat(ids(this.registry.get(this.name))).containsExactlyInAnyOrder(id("n1"), id("n2")));
		this.registry.deregister(service("latest", "n1"));
		eventually().untilAsserted(() -> assertThat(ids(second.get(this.name))).containsExactly(id("n2")));
	}

	// registering

	@Test
	void deregisteredNodeIsGoneAndTheOthersStay() {
		this.registry.register(service("latest", "n1", "n2"), Duration.ofMinutes(1));
		this.registry.deregister(service("latest", "n1"));
		eventually().untilAsserted(() -> assertThat(ids(this.registry.get(this.name))).containsExactly(id("n2")));
	}

	@Test
	void serviceIsUnknownAfterItsLastNodeWent() {
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		eventually().untilAsserted(() -> assertThat(this.registry.get(this.name)).isNotEmpty());
		this.registry.deregister(service("latest", "n1"));
		eventually().untilAsserted(() -> assertThat(this.registry.get(this.name)).isEmpty());
		eventually()
			.untilAsserted(() -> assertThat(this.registry.list()).extracting(Service::name).doesNotContain(this.name));
	}

	@Test
	void deregisteringWhatIsUnknownIsHarmless() {
		assertThatCode(() -> this.registry.deregister(service("latest", "nobody"))).doesNotThrowAnyException();
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		this.registry.deregister(service("latest", "nobody"));
		eventually().untilAsserted(() -> assertThat(ids(this.registry.get(this.name))).containsExactly(id("n1")));
	}

	@Test
	void registeringAgainReplacesMetadataAndAddress() {
		Node former = new Node(id("n1"), "127.0.0.1:4711", Map.of("zone", "a"));
		Node present = new Node(id("n1"), "127.0.0.1:4712", Map.of("zone", "b"));
		this.registry.register(Service.of(this.name, "latest", former), Duration.ofMinutes(1));
		this.registry.register(Service.of(this.name, "latest", present), Duration.ofMinutes(1));
		eventually().untilAsserted(
				() -> assertThat(this.registry.get(this.name)).flatExtracting(Service::nodes).containsExactly(present));
	}

	@Test
	void registeringAgainMakesNoSecondNode() {
		Service service = service("latest", "n1", "n2");
		for (int i = 0; i < 5; i++) {
			this.registry.register(service, Duration.ofMinutes(1));
		}
		eventually().untilAsserted(
				() -> assertThat(ids(this.registry.get(this.name))).containsExactlyInAnyOrder(id("n1"), id("n2")));
	}

	@Test
	void deregisteredNodeCanComeBack() {
		Service service = service("latest", "n1");
		this.registry.register(service, Duration.ofMinutes(1));
		this.registry.deregister(service);
		eventually().untilAsserted(() -> assertThat(this.registry.get(this.name)).isEmpty());
		this.registry.register(service, Duration.ofMinutes(1));
		eventually().untilAsserted(() -> assertThat(ids(this.registry.get(this.name))).containsExactly(id("n1")));
	}

	@Test
	void manyRegisterAtOnce() {
		List<Service> services = IntStream.range(0, 20)
			.mapToObj((i) -> Service.of(this.name + "." + i, "latest", node("n" + i)))
			.toList();
		CompletableFuture
			.allOf(services.stream()
				.map((s) -> CompletableFuture.runAsync(() -> this.registry.register(s, Duration.ofMinutes(1)),
						RegistryContract::start))
				.toArray(CompletableFuture[]::new))
			.join();
		eventually().untilAsserted(() -> assertThat(services)
			.allSatisfy((s) -> assertThat(this.registry.get(s.name())).flatExtracting(Service::nodes)
				.containsExactlyElementsOf(s.nodes())));
	}

	@Test
	void serviceWithoutNodesIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.registry.register(Service.of(this.name, "latest"), Duration.ofMinutes(1)))
			.withMessageContaining(this.name);
	}

	// time to live

	@Test
	void nodeThatIsNotRenewedExpires() {
		assumeTrue(expires(), "nodes do not expire while it is open");
		this.registry.register(service("latest", "n1"), ttl());
		this.registry.register(service("latest", "n2"), Duration.ofMinutes(5));
		eventually().untilAsserted(() -> assertThat(ids(this.registry.get(this.name))).contains(id("n1")));
		eventually().untilAsserted(() -> assertThat(ids(this.registry.get(this.name))).containsExactly(id("n2")));
	}

	@Test
	void renewedNodeStays() {
		assumeTrue(expires(), "nodes do not expire while it is open");
		Service service = service("latest", "n1");
		this.registry.register(service, ttl());
		eventually().untilAsserted(() -> assertThat(this.registry.get(this.name)).isNotEmpty());
		eventually().pollInterval(ttl().dividedBy(5)).during(ttl().multipliedBy(2)).untilAsserted(() -> {
			this.registry.register(service, ttl());
			assertThat(ids(this.registry.get(this.name))).containsExactly(id("n1"));
		});
	}

	@Test
	void nodeWithoutTimeToLiveStays() {
		this.registry.register(service("latest", "n1"), Duration.ZERO);
		eventually().untilAsserted(() -> assertThat(this.registry.get(this.name)).isNotEmpty());
		eventually().during(ttl().plusMillis(500))
			.untilAsserted(() -> assertThat(ids(this.registry.get(this.name))).containsExactly(id("n1")));
	}

	// watching

	@Test
	void watcherHearsOfNodesThatComeLater() {
		List<Change> changes = watch(this.name);
		this.registry.register(service("1.0.0", "n1"), Duration.ofMinutes(1));
		eventually().until(() -> heard(changes, true, "n1"));
		this.registry.register(service("2.0.0", "n2"), Duration.ofMinutes(1));
		eventually().until(() -> heard(changes, true, "n2"));
		assertThat(changes).filteredOn((c) -> c.service().nodes().stream().anyMatch((n) -> n.id().equals(id("n2"))))
			.extracting((c) -> c.service().version())
			.containsOnly("2.0.0");
	}

	@Test
	void watcherHearsOfNodesThatGo() {
		this.registry.register(service("latest", "n1", "n2"), Duration.ofMinutes(1));
		eventually().untilAsserted(() -> assertThat(ids(this.registry.get(this.name))).hasSize(2));
		List<Change> changes = watch(this.name);
		this.registry.deregister(service("latest", "n1"));
		eventually().until(() -> heard(changes, false, "n1"));
		assertThat(heard(changes, false, "n2")).isFalse();
	}

	@Test
	void watcherHearsOfNodesThatChange() {
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		List<Change> changes = watch(this.name);
		Node present = new Node(id("n1"), "127.0.0.1:4712", Map.of("zone", "b"));
		this.registry.register(Service.of(this.name, "latest", present), Duration.ofMinutes(1));
		eventually().untilAsserted(() -> assertThat(changes).anySatisfy((c) -> {
			assertThat(c.action()).isNotEqualTo(Change.Action.DELETE);
			assertThat(c.service().nodes()).contains(present);
		}));
	}

	@Test
	void watcherHearsOfNodesThatExpire() {
		assumeTrue(tellsOfExpiry(), "watchers are not told of nodes that expired");
		List<Change> changes = watch(this.name);
		this.registry.register(service("latest", "n1"), ttl());
		eventually().until(() -> heard(changes, true, "n1"));
		eventually().until(() -> heard(changes, false, "n1"));
	}

	@Test
	void watcherOfOneNameHearsOfThatNameOnly() {
		List<Change> changes = watch(this.name);
		this.registry.register(Service.of(this.name + ".b", "latest", node("n2")), Duration.ofMinutes(1));
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		eventually().until(() -> heard(changes, true, "n1"));
		assertThat(changes).extracting((c) -> c.service().name()).containsOnly(this.name);
	}

	@Test
	void watcherOfEverythingHearsOfAllNames() {
		assumeTrue(lists(), "it watches what was looked up only");
		List<Change> changes = watch("");
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		this.registry.register(Service.of(this.name + ".b", "latest", node("n2")), Duration.ofMinutes(1));
		eventually().until(() -> heard(changes, true, "n1") && heard(changes, true, "n2"));
		this.registry.deregister(service("latest", "n1"));
		eventually().until(() -> heard(changes, false, "n1"));
	}

	@Test
	void watcherHearsOfWhatAnotherRegistryKnows() {
		assumeTrue(seesOthers(), "a second one does not see what the first knows");
		List<Change> changes = watch(this.name);
		Registry second = another();
		second.register(service("latest", "n1"), Duration.ofMinutes(1));
		eventually().until(() -> heard(changes, true, "n1"));
		second.deregister(service("latest", "n1"));
		eventually().until(() -> heard(changes, false, "n1"));
	}

	@Test
	void closedWatcherHearsNothing() {
		List<Change> closed = new CopyOnWriteArrayList<>();
		Registry.Watcher watcher = this.registry.watch(this.name, closed::add);
		List<Change> changes = watch(this.name);
		watcher.close();
		watcher.close();
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		eventually().until(() -> heard(changes, true, "n1"));
		assertThat(closed).isEmpty();
	}

	@Test
	void listenerThatThrowsGoesOnHearing() {
		List<Change> changes = new CopyOnWriteArrayList<>();
		this.registry.watch(this.name, (change) -> {
			changes.add(change);
			throw new IllegalStateException("thrown by a listener, on purpose");
		});
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		eventually().until(() -> heard(changes, true, "n1"));
		this.registry.register(service("latest", "n2"), Duration.ofMinutes(1));
		eventually().until(() -> heard(changes, true, "n2"));
	}

	@Test
	void listenerMayUseTheRegistry() {
		List<Change> changes = new CopyOnWriteArrayList<>();
		Consumer<Change> answer = (change) -> {
			changes.add(change);
			if (!heard(changes, true, "n2")) {
				this.registry.register(service("latest", "n2"), Duration.ofMinutes(1));
				this.registry.get(this.name);
			}
		};
		this.registry.watch(this.name, answer);
		this.registry.register(service("latest", "n1"), Duration.ofMinutes(1));
		eventually().until(() -> heard(changes, true, "n1") && heard(changes, true, "n2"));
	}

	// closing

	@Test
	void closingTwiceIsHarmless() {
		Registry closed = another();
		closed.watch(this.name, (change) -> {
		});
		closed.close();
		assertThatCode(closed::close).doesNotThrowAnyException();
	}

	@Test
	void closedRegistryRefuses() {
		Registry closed = open();
		closed.close();
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> closed.get(this.name))
			.withMessageContaining("closed");
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> closed.watch("", (change) -> {
		})).withMessageContaining("closed");
	}

	@Test
	void registryHasANameAndAReport() {
		assertThat(this.registry.name()).isNotBlank().doesNotContain(" ");
		assertThat(this.registry.health().detail()).isNotBlank();
	}

	/** Runs a task on a thread of its own: the JDK's common pool may have but one. */
	private static void start(Runnable task) {
		Threads.start("caller", task);
	}

}
