package io.microspring.autoconfigure.environment;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import io.microspring.autoconfigure.registry.RegistryProperties;
import io.microspring.autoconfigure.server.ServerProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * go-micro's flags and variables become properties, in go-micro's order.
 */
class FlagsEnvironmentPostProcessorTest {

	private final Map<String, Object> variables = new HashMap<>();

	private final Map<String, Object> file = new HashMap<>();

	@ParameterizedTest
	@ValueSource(strings = { "REGISTRY", "BROKER", "TRANSPORT", "SELECTOR", "CLIENT", "SERVER" })
	void aBareVariableIsTheTypeAndDoesNotBreakTheBinding(String concept) {
		String prefix = "micro." + concept.toLowerCase(Locale.ROOT);
		this.variables.put("MICRO_" + concept, "one");
		Binder binder = Binder.get(environment());
		assertThat(binder.bind(prefix, Bindable.mapOf(String.class, String.class)).get())
			.containsExactly(Map.entry("type", "one"));
		this.variables.put("MICRO_" + concept + "_ADDRESS", "host:1");
		binder = Binder.get(environment());
		assertThat(binder.bind(prefix, Bindable.mapOf(String.class, String.class)).get())
			.containsOnly(Map.entry("type", "one"), Map.entry("address", "host:1"));
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-",
			value = { "--registry=memory, consul, mdns, memory", "-, consul, mdns, consul", "-, -, memory, memory",
					"-, -, -, mdns", "--registry=memory, -, mdns, memory", "--registry=memory, -, -, memory" })
	void aFlagWinsOverAVariableAndThatOverAFile(String flag, String variable, String property, String expected) {
		if (variable != null) {
			this.variables.put("MICRO_REGISTRY", variable);
		}
		if (property != null) {
			this.file.put("micro.registry.type", property);
		}
		for (boolean address : new boolean[] { false, true }) {
			if (address) {
				this.variables.put("MICRO_REGISTRY_ADDRESS", "env:1");
				this.file.put("micro.registry.address", "file:1");
			}
			String[] arguments = (flag != null) ? new String[] { flag } : new String[0];
			RegistryProperties bound = Binder.get(environment(arguments))
				.bindOrCreate("micro.registry", RegistryProperties.class);
			assertThat(bound.type()).containsExactly(expected);
			assertThat(bound.address()).isEqualTo(address ? "env:1" : "");
		}
	}

	@Test
	void aFlagOfTheAddressWinsOverItsVariable() {
		this.variables.put("MICRO_REGISTRY_ADDRESS", "env:1");
		assertThat(environment("--registry_address=flag:1").getProperty("micro.registry.address")).isEqualTo("flag:1");
	}

	@Test
	void aPropertyOfTheCommandLineWinsOverAFlag() {
		assertThat(environment("--registry=memory", "--micro.registry.type=mdns").getProperty("micro.registry.type"))
			.isEqualTo("mdns");
	}

	@Test
	void theServerIsDescribedByFlags() {
		this.variables.put("MICRO_SERVER_METADATA", "zone=a,rack=1");
		this.variables.put("MICRO_REGISTER_TTL", "10");
		ServerProperties server = Binder
			.get(environment("--server_name=greeter", "--server_version=2", "--server_id=x", "--server_address=:8080",
					"--server_advertise=host", "--register_interval=5", "--server_metadata=zone=b"))
			.bindOrCreate("micro.server", ServerProperties.class);
		assertThat(server.name()).isEqualTo("greeter");
		assertThat(server.version()).isEqualTo("2");
		assertThat(server.id()).isEqualTo("x");
		assertThat(server.address()).isEqualTo(":8080");
		assertThat(server.advertise()).isEqualTo("host");
		assertThat(server.registerTtl()).hasSeconds(10);
		assertThat(server.registerInterval()).hasSeconds(5);
		assertThat(server.metadata()).containsOnly(Map.entry("zone", "b"), Map.entry("rack", "1"));
	}

	@Test
	void aHiddenVariableStillResolvesInAPlaceholder() {
		this.variables.put("MICRO_REGISTRY", "consul");
		assertThat(environment().resolvePlaceholders("${MICRO_REGISTRY:none}")).isEqualTo("consul");
	}

	@Test
	void withoutAnyOfThemTheEnvironmentIsLeftAlone() {
		this.variables.put("PATH", "/bin");
		ConfigurableEnvironment environment = environment();
		assertThat(environment.getPropertySources()).extracting("name")
			.doesNotContain(FlagsEnvironmentPostProcessor.FLAGS, FlagsEnvironmentPostProcessor.VARIABLES);
		assertThat(environment.getPropertySources().get("systemEnvironment")).isNotInstanceOf(HiddenVariables.class);
	}

	@Test
	void aFlagOfTheWrongKindIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> environment("--client_retries=many"))
			.withMessageContaining("The flag --client_retries is 'many'");
	}

	@Test
	void anApplicationReadsThem() {
		SpringApplication application = new SpringApplication(Empty.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setDefaultProperties(Map.of("micro.registry.type", "mdns"));
		try (ConfigurableApplicationContext context = application.run("--registry=memory",
				"--client_request_timeout=1m30s")) {
			assertThat(context.getEnvironment().getProperty("micro.registry.type")).isEqualTo("memory");
			assertThat(context.getEnvironment().getProperty("micro.client.timeout")).isEqualTo("PT1M30S");
		}
	}

	private ConfigurableEnvironment environment(String... arguments) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace("systemEnvironment", new SystemEnvironmentPropertySource("systemEnvironment", this.variables));
		if (arguments.length > 0) {
			environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(arguments));
		}
		new FlagsEnvironmentPostProcessor().postProcessEnvironment(environment, new SpringApplication());
		environment.getPropertySources().addLast(new MapPropertySource("application.yml", this.file));
		return environment;
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
