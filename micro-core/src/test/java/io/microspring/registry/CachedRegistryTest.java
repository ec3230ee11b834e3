package io.microspring.registry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class CachedRegistryTest {

	private static final Service FIRST = Service.of("greeter", "latest", Node.of("greeter-1", "127.0.0.1:1"));

	private static final Service SECOND = Service.of("greeter", "latest", Node.of("greeter-2", "127.0.0.1:2"));

	private final FlakyRegistry behind = new FlakyRegistry();

	private CachedRegistry cached = cached(CacheOptions.defaults().withRetry(Duration.ofMillis(50)));

	private CachedRegistry cached(CacheOptions options) {
		return new CachedRegistry(this.behind, options, 100);
	}

	@AfterEach
	void close() {
		this.cached.close();
		this.behind.close();
	}

	@Test
	void knownServiceIsTheSameInstanceWithoutAskingAgain() {
		this.behind.register(FIRST, Duration.ZERO);
		List<Service> first = this.cached.get("greeter");
		awaitWatch(1);
		int asked = this.behind.gets.get();
		for (int i = 0; i < 1000; i++) {
			assertThat(this.cached.get("greeter")).isSameAs(first);
		}
		assertThat(this.behind.gets).hasValue(asked);
	}

	@Test
	void manyFirstCallersShareOneQuestion() {
		this.behind.register(FIRST, Duration.ZERO);
		this.behind.watchable = false;
		CountDownLatch gate = new CountDownLatch(1);
		this.behind.gate = gate;
		CompletableFuture<List<Service>> one = CompletableFuture.supplyAsync(() -> this.cached.get("greeter"));
		await().until(() -> this.behind.gets.get() == 1);
		List<CompletableFuture<List<Service>>> others = IntStream.range(0, 20)
			.mapToObj((i) -> CompletableFuture.supplyAsync(() -> this.cached.get("greeter"), CachedRegistryTest::start))
			.toList();
		gate.countDown();
		assertThat(one.join()).containsExactly(FIRST);
		assertThat(others).allSatisfy((other) -> assertThat(other.join()).containsExactly(FIRST));
		assertThat(this.behind.gets).hasValue(1);
	}

	@Test
	void callerWhoComesAsTheAnswerArrivesDoesNotAskAgain() {
		this.behind.register(FIRST, Duration.ZERO);
		this.behind.watchable = false;
		CachedService greeter = new CachedService("greeter", this.cached);
		assertThat(greeter.find().join()).containsExactly(FIRST);
		assertThat(greeter.find().join()).containsExactly(FIRST);
		assertThat(this.behind.gets).hasValue(1);
	}

	@Test
	void changesAreHeardWithoutAsking() {
		this.behind.register(FIRST, Duration.ZERO);
		this.cached.get("greeter");
		awaitWatch(1);
		int asked = this.behind.gets.get();
		this.behind.register(SECOND, Duration.ZERO);
		await().untilAsserted(() -> assertThat(nodes()).containsExactly("greeter-1", "greeter-2"));
		this.behind.deregister(FIRST);
		await().untilAsserted(() -> assertThat(nodes()).containsExactly("greeter-2"));
		assertThat(this.behind.gets).hasValue(asked);
	}

	@Test
	void changeHeardDuringALookUpIsNotLost() {
		this.behind.register(FIRST, Duration.ZERO);
		this.cached.get("greeter");
		awaitWatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		this.behind.gate = gate;
		int asked = this.behind.gets.get();
		this.cached.failed("greeter", new RegistryException("down for a moment", null));
		this.cached.answered();
		this.cached.get("greeter");
		await().until(() -> this.behind.gets.get() > asked);
		this.behind.register(SECOND, Duration.ZERO);
		await().untilAsserted(() -> assertThat(nodes()).contains("greeter-2"));
		gate.countDown();
		await().during(Duration.ofMillis(100))
			.untilAsserted(() -> assertThat(nodes()).containsExactly("greeter-1", "greeter-2"));
	}

	@Test
	void knownServiceIsServedWhileTheRegistryIsDown() {
		this.cached = cached(new CacheOptions(Duration.ofMillis(20), Duration.ofMillis(50), Duration.ZERO));
		this.behind.register(FIRST, Duration.ZERO);
		this.cached.get("greeter");
		awaitWatch(1);
		this.behind.down = true;
		await().untilAsserted(() -> {
			assertThat(nodes()).containsExactly("greeter-1");
			assertThat(this.cached.health().state()).isEqualTo(HealthReport.State.DEGRADED);
		});
		assertThat(this.cached.health().detail()).contains("flaky", "since", "127.0.0.1:1", "1 services");
		int asked = this.behind.gets.get();
		long start = System.nanoTime();
		await().during(Duration.ofMillis(300)).untilAsserted(() -> assertThat(nodes()).containsExactly("greeter-1"));
		long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
		assertThat((long) this.behind.gets.get() - asked).as("questions in %d ms, one in 40 to 50 ms", millis)
			.isBetween(1L, millis / 40 + 2);
	}

	@Test
	void registryThatComesBackIsHeardAgain() {
		this.behind.register(FIRST, Duration.ZERO);
		this.behind.watchable = false;
		this.cached.get("greeter");
		this.behind.down = true;
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.cached.get("other"));
		assertThat(this.cached.health().state()).isEqualTo(HealthReport.State.DEGRADED);
		this.behind.memory.register(SECOND, Duration.ZERO);
		this.behind.down = false;
		await().untilAsserted(() -> assertThat(nodes()).containsExactly("greeter-1", "greeter-2"));
		assertThat(this.cached.health().state()).isEqualTo(HealthReport.State.UP);
	}

	@Test
	void missWhileDownNamesTheRegistryAndIsNotRepeatedAtOnce() {
		this.cached = cached(CacheOptions.defaults().withRetry(Duration.ofMinutes(1)));
		this.behind.down = true;
		for (int i = 0; i < 10; i++) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.cached.get("greeter"))
				.withMessageContainingAll("registry flaky", "greeter", "127.0.0.1:1");
		}
		assertThat(this.behind.gets).hasValue(1);
		assertThat(this.cached.health().state()).isEqualTo(HealthReport.State.DOWN);
	}

	@Test
	void missWhileDownIsFoundOnceTheRegistryIsBack() {
		this.behind.memory.register(FIRST, Duration.ZERO);
		this.behind.down = true;
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.cached.get("greeter"));
		this.behind.down = false;
		await().ignoreExceptions().untilAsserted(() -> assertThat(nodes()).containsExactly("greeter-1"));
	}

	@Test
	void emptyAnswerIsNotKept() {
		assertThat(this.cached.get("greeter")).isEmpty();
		this.behind.register(FIRST, Duration.ZERO);
		assertThat(this.cached.get("greeter")).containsExactly(FIRST);
	}

	@Test
	void emptyAnswerIsKeptForItsTime() {
		this.cached = cached(CacheOptions.defaults().withMissTtl(Duration.ofMinutes(1)));
		assertThat(this.cached.get("greeter")).isEmpty();
		assertThat(this.cached.get("greeter")).isEmpty();
		assertThat(this.behind.gets).hasValue(1);
		this.cached.register(FIRST, Duration.ZERO);
		assertThat(this.cached.get("greeter")).containsExactly(FIRST);
	}

	@Test
	void emptyAnswerForAKnownServiceIsBelieved() {
		this.cached = cached(CacheOptions.defaults().withTtl(Duration.ofMillis(20)));
		this.behind.watchable = false;
		this.behind.register(FIRST, Duration.ZERO);
		assertThat(this.cached.get("greeter")).containsExactly(FIRST);
		this.behind.deregister(FIRST);
		await().untilAsserted(() -> assertThat(this.cached.get("greeter")).isEmpty());
	}

	@Test
	void serviceThatCannotBeWatchedIsAskedForAgain() {
		this.cached = cached(CacheOptions.defaults().withTtl(Duration.ofMillis(20)));
		this.behind.watchable = false;
		this.behind.register(FIRST, Duration.ZERO);
		this.cached.get("greeter");
		this.behind.register(SECOND, Duration.ZERO);
		await().untilAsserted(() -> assertThat(nodes()).containsExactly("greeter-1", "greeter-2"));
	}

	@Test
	void watchThatFailedIsTriedAgain() {
		this.behind.watchable = false;
		this.behind.register(FIRST, Duration.ZERO);
		this.cached.get("greeter");
		await().until(() -> this.behind.watches.get() >= 2);
		this.behind.watchable = true;
		this.behind.register(SECOND, Duration.ZERO);
		await().untilAsserted(() -> assertThat(nodes()).containsExactly("greeter-1", "greeter-2"));
	}

	@Test
	void ownRegistrationIsSeenAtOnce() {
		this.behind.watchable = false;
		this.cached.register(FIRST, Duration.ZERO);
		assertThat(nodes()).containsExactly("greeter-1");
		this.cached.register(SECOND, Duration.ZERO);
		assertThat(nodes()).containsExactly("greeter-1", "greeter-2");
		this.cached.deregister(FIRST);
		assertThat(nodes()).containsExactly("greeter-2");
		this.cached.deregister(SECOND);
		assertThat(nodes()).isEmpty();
	}

	@Test
	void ownRegistrationDoesNotHideNodesNotYetKnown() {
		this.behind.memory.register(FIRST, Duration.ZERO);
		this.behind.down = true;
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.cached.get("greeter"));
		this.behind.down = false;
		this.cached.register(SECOND, Duration.ZERO);
		assertThat(nodes()).containsExactly("greeter-1", "greeter-2");
	}

	@Test
	void lastListIsServedWhileTheRegistryIsDown() {
		this.cached = cached(CacheOptions.defaults().withRetry(Duration.ofMinutes(1)));
		this.behind.register(FIRST, Duration.ZERO);
		List<Service> listed = this.cached.list();
		this.behind.down = true;
		assertThat(this.cached.list()).isEqualTo(listed);
		assertThat(this.cached.list()).isEqualTo(listed);
		assertThat(this.behind.lists).hasValue(2);
	}

	@Test
	void listWhileDownFromTheStartNamesTheRegistry() {
		this.behind.down = true;
		assertThatExceptionOfType(RegistryException.class).isThrownBy(this.cached::list)
			.withMessageContaining("registry flaky");
	}

	@Test
	void namesBeyondTheLimitAreFoundButNotKept() {
		IntStream.range(0, 101)
			.forEach(
					(i) -> this.behind.register(Service.of("s" + i, "latest", Node.of("n" + i, "a:1")), Duration.ZERO));
		IntStream.range(0, 101).forEach((i) -> assertThat(this.cached.get("s" + i)).hasSize(1));
		awaitWatch(100);
		// Once for each, and once more for those that are watched.
		await().until(() -> this.behind.gets.get() == 201);
		int asked = this.behind.gets.get();
		this.cached.get("s99");
		assertThat(this.behind.gets).hasValue(asked);
		assertThat(this.cached.get("s100")).hasSize(1);
		assertThat(this.behind.gets).hasValue(asked + 1);
	}

	@Test
	void closingLeavesTheRegistryBehindOpen() {
		this.cached.close();
		assertThat(this.behind.closed).isFalse();
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.cached.get("greeter"))
			.withMessageContaining("closed");
	}

	@Test
	void nameIsThatOfTheRegistryBehind() {
		assertThat(this.cached.name()).isEqualTo("flaky");
	}

	private List<String> nodes() {
		return this.cached.get("greeter").stream().flatMap((s) -> s.nodes().stream()).map(Node::id).sorted().toList();
	}

	/** Once watched, a service is asked for a second time. */
	private void awaitWatch(int services) {
		await().until(() -> this.behind.watches.get() >= services && this.behind.gets.get() >= 2 * services);
	}

	private static void start(Runnable task) {
		Threads.start("caller", task);
	}

}
