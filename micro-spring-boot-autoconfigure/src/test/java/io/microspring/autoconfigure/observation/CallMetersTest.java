package io.microspring.autoconfigure.observation;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationHandler;
import io.microspring.annotation.MicroHandler;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The meters of calls are those that Micrometer's own handler would make.
 */
class CallMetersTest {

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class, MetricsAutoConfiguration.class,
				MicroObservationAutoConfiguration.class))
		.withUserConfiguration(Say.class)
		.withBean(MeterRegistry.class, SimpleMeterRegistry::new);

	@Test
	void metersAreThoseOfTheHandlerThatIsReplaced() {
		this.runner.run((ours) -> {
			assertThat(ours).hasSingleBean(CallMeters.class);
			Set<String> meters = metersAfterCalls(ours);
			assertThat(meters).hasSize(8);
			this.runner.withBean("own", DefaultMeterObservationHandler.class, ours.getBean(MeterRegistry.class))
				.run((theirs) -> {
					assertThat(theirs).doesNotHaveBean(CallMeters.class);
					MeterRegistry registry = ours.getBean(MeterRegistry.class);
					registry.clear();
					call(theirs);
					fail(theirs);
					awaitCounts(registry, 2);
					assertThat(names(registry)).isEqualTo(meters);
				});
		});
	}

	@Test
	void callsAreCountedAndTimed() {
		this.runner.run((context) -> {
			for (int i = 0; i < 3; i++) {
				call(context);
			}
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			awaitCounts(registry, 3);
			for (String side : Set.of("micro.client", "micro.server")) {
				Timer timer = registry.get(side).tag("rpc.method", "Say.Hello").tag("error", "none").timer();
				assertThat(timer.count()).isEqualTo(3);
				assertThat(timer.totalTime(TimeUnit.NANOSECONDS)).isPositive();
				assertThat(timer.max(TimeUnit.SECONDS)).isLessThan(30);
				LongTaskTimer active = registry.get(side + ".active").tag("outcome", "UNKNOWN").longTaskTimer();
				Awaitility.await().untilAsserted(() -> assertThat(active.activeTasks()).isZero());
			}
		});
	}

	@Test
	void aCallUnderWayIsActive() {
		this.runner.run((context) -> {
			Request request = Request.of("greeter", "Say.Active", new Text("John"));
			context.getBean(Client.class).call(request, Text.class);
			assertThat(context.getBean(Say.class).activeMeanwhile).isEqualTo(1);
			LongTaskTimer active = context.getBean(MeterRegistry.class).get("micro.server.active").longTaskTimer();
			Awaitility.await().untilAsserted(() -> assertThat(active.activeTasks()).isZero());
		});
	}

	@Test
	void metersThatWereRemovedAreMadeAgain() {
		this.runner.run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			call(context);
			awaitCounts(registry, 1);
			registry.clear();
			call(context);
			call(context);
			awaitCounts(registry, 2);
		});
	}

	@Test
	void whatIsIgnoredIsNotMade() {
		this.runner.withPropertyValues("management.metrics.observations.ignored-meters=long-task-timer")
			.run((context) -> {
				call(context);
				awaitCount(context.getBean(MeterRegistry.class), "micro.server", 1);
				assertThat(context.getBean(MeterRegistry.class).find("micro.server.active").meter()).isNull();
			});
	}

	@Test
	void whatOthersAddAndRemoveCounts() {
		this.runner.withBean(Adding.class)
			.withBean("removing", ObservationFilter.class,
					() -> (context) -> context.removeLowCardinalityKeyValue("rpc.system")
						.addLowCardinalityKeyValue(KeyValue.of("code", "own")))
			.withPropertyValues("management.observations.key-values.region=north")
			.run((context) -> {
				call(context);
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				awaitCount(registry, "micro.server", 1);
				Timer timer = registry.get("micro.server").timer();
				assertThat(timer.getId().getTag("tenant")).isEqualTo("a");
				assertThat(timer.getId().getTag("region")).isEqualTo("north");
				assertThat(timer.getId().getTag("code")).isEqualTo("own");
				assertThat(timer.getId().getTag("rpc.method")).isEqualTo("Say.Hello");
				assertThat(timer.getId().getTag("rpc.system")).isNull();
			});
	}

	private static Set<String> metersAfterCalls(ApplicationContext context) {
		call(context);
		fail(context);
		MeterRegistry registry = context.getBean(MeterRegistry.class);
		awaitCounts(registry, 2);
		return names(registry);
	}

	private static Set<String> names(MeterRegistry registry) {
		return registry.getMeters()
			.stream()
			.map(Meter::getId)
			// The client itself counts attempts.
			.filter((id) -> id.getName().startsWith("micro.") && id.getType() != Meter.Type.COUNTER)
			.map((id) -> id.getType() + " " + id.getName() + " " + id.getTags())
			.collect(Collectors.toSet());
	}

	private static void awaitCounts(MeterRegistry registry, int count) {
		awaitCount(registry, "micro.client", count);
		awaitCount(registry, "micro.server", count);
	}

	private static void awaitCount(MeterRegistry registry, String name, int count) {
		Awaitility.await()
			.untilAsserted(() -> assertThat(registry.find(name).timers().stream().mapToLong(Timer::count).sum())
				.isEqualTo(count));
	}

	private static void call(ApplicationContext context) {
		context.getBean(Client.class).call(Request.of("greeter", "Say.Hello", new Text("John")), Text.class);
	}

	private static void fail(ApplicationContext context) {
		Request request = Request.of("greeter", "Say.Fail", new Text("John"));
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> context.getBean(Client.class).call(request, Text.class));
	}

	/** Adds a tag when a call starts. */
	static final class Adding implements ObservationHandler<Observation.Context> {

		@Override
		public void onStart(Observation.Context context) {
			context.addLowCardinalityKeyValue(KeyValue.of("tenant", "a"));
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

	record Text(String text) {

	}

	@MicroHandler
	static class Say {

		private final MeterRegistry registry;

		private volatile int activeMeanwhile;

		Say(MeterRegistry registry) {
			this.registry = registry;
		}

		public Text hello(Text in) {
			return in;
		}

		public Text fail(Text in) {
			throw MicroException.conflict("greeter", "taken");
		}

		public Text active(Text in) {
			this.activeMeanwhile = this.registry.get("micro.server.active").longTaskTimer().activeTasks();
			return in;
		}

	}

}
