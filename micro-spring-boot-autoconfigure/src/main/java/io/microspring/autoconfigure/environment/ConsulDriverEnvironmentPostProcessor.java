package io.microspring.autoconfigure.environment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.ClassUtils;

/**
 * Keeps Spring Cloud Consul to what it is for here, the driver of our Consul registry:
 * left alone, it would register the application a second time, by its own rules, and look
 * for a Consul that may not be there.
 * <p>
 * What the application sets itself stands: our defaults come last. An application that
 * sets nothing of {@code spring.cloud.consul} does not use it but through us, so it is
 * off; else only its registration is, and only while our registry is Consul too.
 */
final class ConsulDriverEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String SOURCE = "microConsulDriver";

	private static final String DRIVER = "org.springframework.cloud.consul.ConsulAutoConfiguration";

	private final Log log;

	ConsulDriverEnvironmentPostProcessor(DeferredLogFactory logs) {
		this.log = logs.getLog(getClass());
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (!ClassUtils.isPresent(DRIVER, application.getClassLoader())) {
			return;
		}
		Map<String, Object> defaults = new LinkedHashMap<>();
		if (!Binder.get(environment)
			.bind("spring.cloud.consul", Bindable.mapOf(String.class, Object.class))
			.isBound()) {
			defaults.put("spring.cloud.consul.enabled", "false");
			this.log.info("Spring Cloud Consul is there as a driver and off otherwise; "
					+ "spring.cloud.consul.enabled=true turns it on");
		}
		else if (isChosen(environment)) {
			defaults.put("spring.cloud.consul.discovery.register", "false");
		}
		if (!defaults.isEmpty()) {
			environment.getPropertySources().addLast(new MapPropertySource(SOURCE, defaults));
		}
	}

	private static boolean isChosen(ConfigurableEnvironment environment) {
		return Binder.get(environment)
			.bind("micro.registry.type", Bindable.listOf(String.class))
			.orElse(List.of())
			.contains("consul");
	}

}
