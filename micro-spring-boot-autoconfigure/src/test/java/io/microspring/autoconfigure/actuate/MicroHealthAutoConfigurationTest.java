package io.microspring.autoconfigure.actuate;

import java.util.Map;

import io.microspring.autoconfigure.MicroRunner;
import io.microspring.health.HealthReport;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How parts tell their health.
 */
class MicroHealthAutoConfigurationTest {

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(MicroHealthAutoConfiguration.class));

	@Test
	void everyPartHasAnIndicator() {
		this.runner.run((context) -> assertThat(context).hasBean("microRegistryHealthIndicator")
			.hasBean("microBrokerHealthContributor")
			.hasBean("microServerHealthIndicator"));
	}

	@Test
	void severalBrokersAreToldApart() {
		this.runner.withPropertyValues("micro.broker.named.audit.type=http").run((context) -> {
			CompositeHealthContributor brokers = context.getBean("microBrokerHealthContributor",
					CompositeHealthContributor.class);
			assertThat(brokers.stream().map(HealthContributors.Entry::name)).containsExactlyInAnyOrder("microBroker",
					"audit");
		});
	}

	@Test
	void anApplicationThatOnlyCallsIsUp() {
		this.runner.run((context) -> {
			Health health = context.getBean("microServerHealthIndicator", HealthIndicator.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("detail", "serves nothing");
		});
	}

	@Test
	void whenAnIndicatorIsOffThenItIsNotThere() {
		this.runner.withPropertyValues("management.health.microRegistry.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean("microRegistryHealthIndicator"));
	}

	@Test
	void withoutTheServerThereIsNoHealthOfIt() {
		this.runner.withPropertyValues("micro.server.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("microServerHealthIndicator"));
	}

	@Test
	void whenTheHealthModuleIsNotThereThenNothingIsToldByIt() {
		this.runner.withClassLoader(new FilteredClassLoader(HealthIndicator.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MicroHealthAutoConfiguration.class));
	}

	@Test
	void whatIsDegradedIsUpAndSaysSo() {
		Health health = new ReportHealthIndicator(
				() -> HealthReport.degraded("no multicast").with(Map.of("fallback", "loopback")))
			.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("degraded", true)
			.containsEntry("detail", "no multicast")
			.containsEntry("fallback", "loopback");
	}

	@Test
	void whatIsDownIsDown() {
		Health health = new ReportHealthIndicator(() -> HealthReport.down("gone")).health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry("detail", "gone");
	}

}
