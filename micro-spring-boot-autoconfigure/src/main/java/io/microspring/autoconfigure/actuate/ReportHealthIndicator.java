package io.microspring.autoconfigure.actuate;

import java.util.function.Supplier;

import io.microspring.health.HealthReport;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Says to the actuator how a part is. What is degraded still works: it is up, and says
 * what it lacks.
 */
final class ReportHealthIndicator extends AbstractHealthIndicator {

	private final Supplier<HealthReport> report;

	ReportHealthIndicator(Supplier<HealthReport> report) {
		this.report = report;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		HealthReport current = this.report.get();
		switch (current.state()) {
			case UP -> builder.up();
			case DEGRADED -> builder.up().withDetail("degraded", true);
			case DOWN -> builder.down();
		}
		builder.withDetail("detail", current.detail());
		current.details().forEach(builder::withDetail);
	}

}
