package io.microspring.plugins.registry.consul;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.test.recording.Caller;
import io.microspring.test.recording.ConsulFamily;
import io.microspring.test.recording.Outcome;
import io.microspring.test.recording.Outcome.Verdict;
import io.microspring.test.recording.Player;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The Consul registry against what go-micro wrote to Consul and read there. */
class ConsulRecordingsTest {

	private final Player player = player(new ConsulFamily(ConsulRecordingsTest::registry));

	@Test
	void registrationIsWhatGoWrites() {
		assertThat(this.player.asServer()).hasSize(9)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

	@Test
	void lookUpIsWhatGoReads() {
		assertThat(this.player.asClient(Caller.ofNodes())).hasSize(9)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

	/** As for a program that writes and reads something else. */
	@Test
	void registryThatDoesSomethingElseDiffers() {
		Player other = player(new ConsulFamily((address) -> new Renaming(registry(address))))
			.only((recording) -> recording.generation().equals("head"));
		assertThat(other.asServer()).hasSize(3).extracting(Outcome::detail).allSatisfy((detail) -> {
			assertThat(detail).contains("Name is \"not.go.micro.srv.greeter\" for \"go.micro.srv.greeter\"");
			assertThat(detail).doesNotContain("Port is");
		});
		assertThat(other.asClient(Caller.ofNodes())).hasSize(3).extracting(Outcome::detail).allSatisfy((detail) -> {
			assertThat(detail).contains("listed []");
			assertThat(detail).contains("found []");
			assertThat(detail).contains("/v1/health/service/not.go.micro.srv.greeter");
		});
	}

	private static Player player(ConsulFamily family) {
		return Player.bundled(List.of(family));
	}

	private static Registry registry(String address) {
		return new ConsulRegistry(ConsulOptions.defaults().withAddress(address));
	}

	/** Calls everything something else. */
	private record Renaming(Registry registry) implements Registry {

		@Override
		public String name() {
			return this.registry.name();
		}

		@Override
		public void register(Service service, Duration ttl) {
			this.registry.register(renamed(service), ttl);
		}

		@Override
		public void deregister(Service service) {
			this.registry.deregister(renamed(service));
		}

		@Override
		public List<Service> get(String name) {
			return this.registry.get("not." + name);
		}

		@Override
		public List<Service> list() {
			return List.of();
		}

		@Override
		public Watcher watch(String name, Consumer<Change> listener) {
			return this.registry.watch(name, listener);
		}

		@Override
		public HealthReport health() {
			return this.registry.health();
		}

		@Override
		public void close() {
			this.registry.close();
		}

		private static Service renamed(Service service) {
			return new Service("not." + service.name(), service.version(), service.metadata(), service.endpoints(),
					service.nodes());
		}

	}

}
