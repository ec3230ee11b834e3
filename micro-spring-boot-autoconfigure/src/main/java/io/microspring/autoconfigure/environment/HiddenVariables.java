package io.microspring.autoconfigure.environment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.env.PropertySourceInfo;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The environment without the variables that would break the binding of our properties:
 * to Boot, {@code MICRO_REGISTRY=consul} says that all of {@code micro.registry} is the
 * text {@code consul}.
 */
final class HiddenVariables extends SystemEnvironmentPropertySource
		implements OriginLookup<String>, PropertySourceInfo {

	private static final List<String> NAMES = List.of("MICRO_REGISTRY", "MICRO_BROKER", "MICRO_TRANSPORT",
			"MICRO_SELECTOR", "MICRO_CLIENT", "MICRO_SERVER", "MICRO_SERVER_METADATA");

	private final SystemEnvironmentPropertySource all;

	HiddenVariables(SystemEnvironmentPropertySource all, Set<String> hidden) {
		super(all.getName(), without(all.getSource(), hidden));
		this.all = all;
	}

	/**
	 * Those of them that are set.
	 * @param environment the environment
	 * @return names to values
	 */
	static Map<String, Object> in(Map<String, Object> environment) {
		Map<String, Object> found = new LinkedHashMap<>();
		for (String name : NAMES) {
			Object value = environment.get(name);
			if (value != null) {
				found.put(name, value);
			}
		}
		return found;
	}

	private static Map<String, Object> without(Map<String, Object> environment, Set<String> hidden) {
		Map<String, Object> rest = new LinkedHashMap<>(environment);
		rest.keySet().removeAll(hidden);
		return rest;
	}

	@Override
	public @Nullable Origin getOrigin(String name) {
		return OriginLookup.getOrigin(this.all, name);
	}

	@Override
	public boolean isImmutable() {
		return true;
	}

	@Override
	public @Nullable String getPrefix() {
		return (this.all instanceof PropertySourceInfo info) ? info.getPrefix() : null;
	}

}
