package io.microspring.autoconfigure.environment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.microspring.service.Flags;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Makes go-micro's flags and {@code MICRO_*} variables properties of the application. A
 * flag stands behind the properties of the command line, a variable before those of the
 * environment; both before any file. go-micro: {@code config/cmd}.
 */
final class FlagsEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String FLAGS = "goMicroFlags";

	static final String VARIABLES = "goMicroVariables";

	private static final String ARGUMENTS = CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME;

	private static final String ENVIRONMENT = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;

	@Override
	public int getOrder() {
		return ConfigDataEnvironmentPostProcessor.ORDER - 1;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		MutablePropertySources sources = environment.getPropertySources();
		Map<String, Object> flags = properties(Flags.parse(arguments(sources.get(ARGUMENTS)), Map.of()));
		if (!flags.isEmpty()) {
			sources.addAfter(ARGUMENTS, new MapPropertySource(FLAGS, flags));
		}
		if (sources.get(ENVIRONMENT) instanceof SystemEnvironmentPropertySource system) {
			Map<String, String> variables = variables(system.getSource());
			Map<String, Object> properties = properties(Flags.parse(List.of(), variables));
			Map<String, Object> hidden = HiddenVariables.in(system.getSource());
			if (!hidden.isEmpty()) {
				sources.replace(ENVIRONMENT, new HiddenVariables(system, hidden.keySet()));
				properties.putAll(hidden);
			}
			if (!properties.isEmpty()) {
				sources.addBefore(ENVIRONMENT, new MapPropertySource(VARIABLES, properties));
			}
		}
	}

	private static List<String> arguments(@Nullable PropertySource<?> commandLine) {
		List<String> arguments = new ArrayList<>();
		if (commandLine instanceof EnumerablePropertySource<?> options) {
			for (String name : Flags.names()) {
				if (options.getProperty(name) instanceof String value) {
					arguments.add("--" + name + "=" + value);
				}
			}
		}
		return arguments;
	}

	private static Map<String, String> variables(Map<String, Object> environment) {
		Map<String, String> variables = new LinkedHashMap<>();
		for (String name : Flags.names()) {
			Object value = environment.get(Flags.variable(name));
			if (value != null) {
				variables.put(Flags.variable(name), value.toString());
			}
		}
		return variables;
	}

	private static Map<String, Object> properties(Flags flags) {
		Map<String, Object> properties = new LinkedHashMap<>();
		flags.settings().forEach((setting, value) -> properties.put("micro." + setting, value));
		return properties;
	}

}
