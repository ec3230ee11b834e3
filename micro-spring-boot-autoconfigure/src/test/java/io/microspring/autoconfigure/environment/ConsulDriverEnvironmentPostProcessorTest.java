package io.microspring.autoconfigure.environment;

import java.util.HashMap;
import java.util.Map;

import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.DefaultResourceLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Spring Cloud Consul stays the driver it is here, unless the application says otherwise.
 */
class ConsulDriverEnvironmentPostProcessorTest {

	private static final String ENABLED = "spring.cloud.consul.enabled";

	private static final String REGISTER = "spring.cloud.consul.discovery.register";

	private final Map<String, Object> properties = new HashMap<>();

	@Test
	void whenTheApplicationSetsNothingOfItThenItIsOff() {
		assertThat(environment().getProperty(ENABLED)).isEqualTo("false");
		this.properties.put("micro.registry.type", "consul");
		assertThat(environment().getProperty(ENABLED)).isEqualTo("false");
	}

	@Test
	void whenTheApplicationUsesItBesideOurRegistryThenOnlyItsRegistrationIsOff() {
		this.properties.put("spring.cloud.consul.host", "consul");
		this.properties.put("micro.registry.type", "consul");
		assertThat(environment().getProperty(REGISTER)).isEqualTo("false");
		assertThat(environment().getProperty(ENABLED)).isNull();
		this.properties.put("micro.registry.type", "mdns, consul");
		assertThat(environment().getProperty(REGISTER)).isEqualTo("false");
	}

	@Test
	void whenTheApplicationUsesItBesideAnotherRegistryThenItIsLeftAlone() {
		this.properties.put("spring.cloud.consul.host", "consul");
		assertThat(environment().getPropertySources().contains(ConsulDriverEnvironmentPostProcessor.SOURCE)).isFalse();
	}

	@Test
	void whatTheApplicationSetsStands() {
		this.properties.put("micro.registry.type", "consul");
		this.properties.put(REGISTER, "true");
		assertThat(environment().getProperty(REGISTER)).isEqualTo("true");
		this.properties.put(ENABLED, "true");
		assertThat(environment().getProperty(ENABLED)).isEqualTo("true");
	}

	@Test
	void withoutItThereIsNothingToDo() {
		ConfigurableEnvironment environment = environment(new FilteredClassLoader("org.springframework.cloud"));
		assertThat(environment.getPropertySources().contains(ConsulDriverEnvironmentPostProcessor.SOURCE)).isFalse();
	}

	private ConfigurableEnvironment environment() {
		return environment(getClass().getClassLoader());
	}

	private ConfigurableEnvironment environment(ClassLoader classLoader) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("test", this.properties));
		SpringApplication application = new SpringApplication();
		application.setResourceLoader(new DefaultResourceLoader(classLoader));
		new ConsulDriverEnvironmentPostProcessor((log) -> LogFactory.getLog(getClass()))
			.postProcessEnvironment(environment, application);
		return environment;
	}

}
