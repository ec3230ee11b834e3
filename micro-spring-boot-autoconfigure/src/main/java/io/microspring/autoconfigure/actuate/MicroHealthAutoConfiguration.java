package io.microspring.autoconfigure.actuate;

import java.util.Map;

import io.microspring.autoconfigure.server.MicroServerAutoConfiguration;
import io.microspring.broker.Broker;
import io.microspring.health.HealthReport;
import io.microspring.registry.Registry;
import io.microspring.server.Server;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * The health of registry, broker (each, where there are several) and server. None of them
 * is in the group {@code readiness}: a registry that is down must not take down all that
 * could still be called, and the server's own readiness is that of the application.
 */
@AutoConfiguration(after = MicroServerAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
public final class MicroHealthAutoConfiguration {

	@Bean
	@ConditionalOnEnabledHealthIndicator("microRegistry")
	HealthIndicator microRegistryHealthIndicator(Registry registry) {
		return new ReportHealthIndicator(registry::health);
	}

	@Bean
	@ConditionalOnEnabledHealthIndicator("microBroker")
	HealthContributor microBrokerHealthContributor(Broker broker, ListableBeanFactory beans) {
		Map<String, Broker> all = beans.getBeansOfType(Broker.class);
		return (all.size() == 1) ? new ReportHealthIndicator(broker::health)
				: CompositeHealthContributor.fromMap(all, (each) -> new ReportHealthIndicator(each::health));
	}

	@Bean
	@ConditionalOnBean(Server.class)
	@ConditionalOnEnabledHealthIndicator("microServer")
	HealthIndicator microServerHealthIndicator(Server server) {
		return new ReportHealthIndicator(() -> (!server.stats().running() && server.handlers().isEmpty())
				? HealthReport.up("serves nothing") : server.health());
	}

}
