package io.microspring.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.microspring.call.GoDuration;
import org.jspecify.annotations.Nullable;

/**
 * go-micro's command-line flags and {@code MICRO_*} variables, as settings of this
 * project: {@code --registry=consul} or {@code MICRO_REGISTRY=consul} is the setting
 * {@code registry.type}. A flag wins over its variable. Immutable. go-micro:
 * {@code config/cmd} (protocol reference §11).
 * <p>
 * A setting is called as its Spring property is without {@code micro.} in front.
 * Durations are written as ISO 8601 has them, such as {@code PT1M30S}.
 */
public final class Flags {

	/** Where services are found: the name of a registry. */
	public static final String REGISTRY_TYPE = "registry.type";

	/** The addresses of the registry, with commas between. */
	public static final String REGISTRY_ADDRESS = "registry.address";

	/** What carries messages: the name of a broker. */
	public static final String BROKER_TYPE = "broker.type";

	/** The addresses of the broker, with commas between. */
	public static final String BROKER_ADDRESS = "broker.address";

	/** What carries calls: the name of a transport. */
	public static final String TRANSPORT_TYPE = "transport.type";

	/** The addresses of the transport, with commas between. */
	public static final String TRANSPORT_ADDRESS = "transport.address";

	/** What picks nodes: the name of a strategy. */
	public static final String SELECTOR_TYPE = "selector.type";

	/** The protocol of calls that are made. */
	public static final String CLIENT_TYPE = "client.type";

	/** The deadline of a call, a duration. */
	public static final String CLIENT_TIMEOUT = "client.timeout";

	/** How many attempts there may be after the first, a number. */
	public static final String CLIENT_RETRIES = "client.retries";

	/** How many idle connections are kept for each node, a number. */
	public static final String CLIENT_POOL_SIZE = "client.pool.size";

	/** How long a connection is used, a duration. */
	public static final String CLIENT_POOL_TTL = "client.pool.ttl";

	/** The protocol that is served. */
	public static final String SERVER_TYPE = "server.type";

	/** The service's name. */
	public static final String SERVER_NAME = "server.name";

	/** The service's version. */
	public static final String SERVER_VERSION = "server.version";

	/** The id of this instance. */
	public static final String SERVER_ID = "server.id";

	/** Where the server listens. */
	public static final String SERVER_ADDRESS = "server.address";

	/** The address that the server announces. */
	public static final String SERVER_ADVERTISE = "server.advertise";

	/** The node's metadata; the key of an entry follows behind a dot. */
	public static final String SERVER_METADATA = "server.metadata";

	/** How long a registration lives unless renewed, a duration. */
	public static final String SERVER_REGISTER_TTL = "server.register-ttl";

	/** How often a registration is renewed, a duration. */
	public static final String SERVER_REGISTER_INTERVAL = "server.register-interval";

	private static final int MOST_METADATA = 256;

	/** All there are; where two flags mean one setting, the first wins. */
	private static final List<Flag> TABLE = List.of(new Flag("registry", REGISTRY_TYPE, Kind.TEXT),
			new Flag("registry_address", REGISTRY_ADDRESS, Kind.TEXT), new Flag("broker", BROKER_TYPE, Kind.TEXT),
			new Flag("broker_address", BROKER_ADDRESS, Kind.TEXT), new Flag("transport", TRANSPORT_TYPE, Kind.TEXT),
			new Flag("transport_address", TRANSPORT_ADDRESS, Kind.TEXT), new Flag("selector", SELECTOR_TYPE, Kind.TEXT),
			new Flag("client", CLIENT_TYPE, Kind.TEXT),
			new Flag("client_request_timeout", CLIENT_TIMEOUT, Kind.DURATION),
			new Flag("client_retries", CLIENT_RETRIES, Kind.COUNT),
			new Flag("client_pool_size", CLIENT_POOL_SIZE, Kind.COUNT),
			new Flag("client_pool_ttl", CLIENT_POOL_TTL, Kind.DURATION), new Flag("server", SERVER_TYPE, Kind.TEXT),
			new Flag("server_name", SERVER_NAME, Kind.TEXT), new Flag("server_version", SERVER_VERSION, Kind.TEXT),
			new Flag("server_id", SERVER_ID, Kind.TEXT), new Flag("server_address", SERVER_ADDRESS, Kind.TEXT),
			new Flag("server_advertise", SERVER_ADVERTISE, Kind.TEXT),
			new Flag("server_metadata", SERVER_METADATA, Kind.ENTRIES),
			new Flag("register_ttl", SERVER_REGISTER_TTL, Kind.SECONDS),
			new Flag("registry_ttl", SERVER_REGISTER_TTL, Kind.SECONDS),
			new Flag("register_interval", SERVER_REGISTER_INTERVAL, Kind.SECONDS),
			new Flag("registry_interval", SERVER_REGISTER_INTERVAL, Kind.SECONDS));

	private static final Map<String, Flag> BY_NAME = TABLE.stream()
		.collect(Collectors.toUnmodifiableMap(Flag::name, (flag) -> flag));

	private final Map<String, String> settings;

	private final List<String> rest;

	private Flags(Map<String, String> settings, List<String> rest) {
		this.settings = Collections.unmodifiableMap(settings);
		this.rest = List.copyOf(rest);
	}

	/**
	 * Reads a command line and an environment.
	 * @param arguments the command line: {@code --flag=value} or {@code --flag value},
	 * with one dash or two; {@code --} ends the flags
	 * @param environment the variables; an empty one counts as not set
	 * @return what they set
	 * @throws InvalidFlagException when a flag or variable has no value or not one of its
	 * kind; the message names it and says what it wants
	 */
	public static Flags parse(List<String> arguments, Map<String, String> environment) {
		Map<Flag, List<String>> given = new LinkedHashMap<>();
		List<String> rest = new ArrayList<>();
		int i = 0;
		while (i < arguments.size()) {
			String argument = arguments.get(i++);
			if (argument.equals("--")) {
				rest.addAll(arguments.subList(i, arguments.size()));
				break;
			}
			int equals = argument.indexOf('=');
			Flag flag = flag((equals < 0) ? argument : argument.substring(0, equals));
			if (flag == null) {
				rest.add(argument);
				continue;
			}
			if (equals < 0 && i == arguments.size()) {
				throw new InvalidFlagException("The flag " + argument + " has no value: " + flag.usage(), null);
			}
			given.computeIfAbsent(flag, (ignored) -> new ArrayList<>())
				.add((equals < 0) ? arguments.get(i++) : argument.substring(equals + 1));
		}
		return new Flags(settings(given, environment), rest);
	}

	private static Map<String, String> settings(Map<Flag, List<String>> given, Map<String, String> environment) {
		Map<String, String> settings = new LinkedHashMap<>();
		for (Flag flag : TABLE) {
			List<String> values = given.get(flag);
			if (values != null) {
				flag.read("flag --" + flag.name(), values).forEach(settings::putIfAbsent);
			}
		}
		for (Flag flag : TABLE) {
			String value = environment.get(flag.variable());
			if (value != null && !value.isEmpty()
					&& settings.keySet().stream().noneMatch((setting) -> flag.sets(setting))) {
				settings.putAll(flag.read("variable " + flag.variable(), List.of(value)));
			}
		}
		return settings;
	}

	private static @Nullable Flag flag(String dashed) {
		if (dashed.startsWith("--")) {
			return BY_NAME.get(dashed.substring(2));
		}
		return dashed.startsWith("-") ? BY_NAME.get(dashed.substring(1)) : null;
	}

	/**
	 * The names of the flags, without dashes.
	 * @return the names
	 */
	public static Set<String> names() {
		return BY_NAME.keySet();
	}

	/**
	 * The variable that means the same as a flag.
	 * @param name the flag's name, without dashes
	 * @return the variable's name
	 */
	public static String variable(String name) {
		return "MICRO_" + name.toUpperCase(Locale.ROOT);
	}

	/**
	 * What was set.
	 * @return settings to values; what was not set is not there
	 */
	public Map<String, String> settings() {
		return this.settings;
	}

	/**
	 * What on the command line is none of go-micro's flags.
	 * @return the other arguments, in their order
	 */
	public List<String> rest() {
		return this.rest;
	}

	/**
	 * A setting.
	 * @param setting its name
	 * @param fallback what to answer when it was not set
	 * @return its value
	 */
	public String text(String setting, String fallback) {
		return this.settings.getOrDefault(setting, fallback);
	}

	/**
	 * A setting that is a number.
	 * @param setting its name
	 * @param fallback what to answer when it was not set
	 * @return its value
	 */
	public int count(String setting, int fallback) {
		String value = this.settings.get(setting);
		return (value == null) ? fallback : Integer.parseInt(value);
	}

	/**
	 * A setting that is a duration.
	 * @param setting its name
	 * @param fallback what to answer when it was not set
	 * @return its value
	 */
	public Duration duration(String setting, Duration fallback) {
		String value = this.settings.get(setting);
		return (value == null) ? fallback : Duration.parse(value);
	}

	/**
	 * The entries of a setting that has several, such as {@link #SERVER_METADATA}.
	 * @param setting its name
	 * @return the entries, in their order; empty when there are none
	 */
	public Map<String, String> entries(String setting) {
		Map<String, String> entries = new LinkedHashMap<>();
		this.settings.forEach((key, value) -> {
			if (key.startsWith(setting + ".")) {
				entries.put(key.substring(setting.length() + 1), value);
			}
		});
		return entries;
	}

	private enum Kind {

		TEXT("a text"), COUNT("a number from 0 on"), DURATION("a duration such as 500ms, 5s or 1m30s"),
		SECONDS("a number of seconds, or a duration such as 1m30s"), ENTRIES("key=value, with commas between several");

		private final String wanted;

		Kind(String wanted) {
			this.wanted = wanted;
		}

		String read(String value) {
			return switch (this) {
				case TEXT, ENTRIES -> value;
				case COUNT -> Integer.toString(count(value));
				case DURATION -> GoDuration.parse(value).toString();
				case SECONDS -> (value.chars().allMatch((c) -> c >= '0' && c <= '9') ? GoDuration.parse(value + "s")
						: GoDuration.parse(value))
					.toString();
			};
		}

		private static int count(String value) {
			int count = Integer.parseInt(value);
			if (count < 0) {
				throw new IllegalArgumentException("negative");
			}
			return count;
		}

	}

	private record Flag(String name, String setting, Kind kind) {

		String variable() {
			return Flags.variable(this.name);
		}

		String usage() {
			return "it wants " + this.kind.wanted;
		}

		boolean sets(String other) {
			return other.equals(this.setting) || (this.kind == Kind.ENTRIES && other.startsWith(this.setting + "."));
		}

		Map<String, String> read(String what, List<String> values) {
			if (this.kind == Kind.ENTRIES) {
				return entries(what, values);
			}
			// As Go's flag package has it: the last one counts.
			String value = values.get(values.size() - 1);
			if (value.isEmpty()) {
				throw new InvalidFlagException("The " + what + " has no value: " + usage(), null);
			}
			try {
				return Map.of(this.setting, this.kind.read(value));
			}
			catch (IllegalArgumentException ex) {
				throw new InvalidFlagException("The " + what + " is '" + value + "': " + usage(), ex);
			}
		}

		private Map<String, String> entries(String what, List<String> values) {
			Map<String, String> entries = new LinkedHashMap<>();
			for (String value : values) {
				for (String entry : value.split(",", -1)) {
					int equals = entry.indexOf('=');
					if (equals <= 0 || entries.size() == MOST_METADATA) {
						throw new InvalidFlagException("The " + what + " has the entry '" + entry + "': " + usage()
								+ ", " + MOST_METADATA + " at the most", null);
					}
					entries.put(this.setting + "." + entry.substring(0, equals).trim(), entry.substring(equals + 1));
				}
			}
			return entries;
		}

	}

}
