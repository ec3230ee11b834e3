package io.microspring.service;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.microspring.broker.Broker;
import io.microspring.broker.HttpBrokerOptions;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.registry.Registry;
import io.microspring.registry.StaticOptions;
import io.microspring.selector.Strategy;
import io.microspring.service.Plugin.Concept;
import io.microspring.transport.Transport;

/**
 * What can be chosen by name. Immutable and thread-safe. go-micro:
 * {@code DefaultRegistries}, {@code DefaultBrokers} and their kind in {@code config/cmd}.
 */
public final class Catalogue {

	private static final Catalogue EMBEDDED = new Catalogue(
			List.of(Plugin.registry("mdns", (address) -> Registry.mdns()),
					Plugin.registry("memory", (address) -> Registry.memory()),
					Plugin.registry("static",
							(address) -> Registry.fixed(StaticOptions.defaults().withAddress(address))),
					Plugin.broker("http", Catalogue::httpBroker),
					Plugin.broker("memory", (address, registry) -> Broker.memory()),
					Plugin.transport("http", (address) -> Transport.http()),
					Plugin.transport("grpc", (address) -> Transport.grpc()),
					Plugin.transport("memory", (address) -> Transport.memory()),
					Plugin.selector("random", (header) -> Strategy.random()),
					Plugin.selector("round-robin", (header) -> Strategy.roundRobin()),
					Plugin.selector("weighted", (header) -> Strategy.weighted()),
					Plugin.selector("least-connections", (header) -> Strategy.leastConnections()),
					Plugin.selector("p2c", (header) -> Strategy.powerOfTwoChoices()),
					Plugin.selector("hash", (header) -> header.isEmpty() ? Strategy.hash() : Strategy.hash(header)),
					Plugin.selector("sticky",
							(header) -> header.isEmpty() ? Strategy.sticky(Strategy.random())
									: Strategy.sticky(header, Strategy.random())),
					Plugin.selector("blacklist", (header) -> Strategy.blacklist())));

	/** Stands in for the registry where a factory has no use for one. */
	private static final Registry NO_REGISTRY = Registry.memory();

	private final List<Plugin> plugins;

	private Catalogue(List<Plugin> plugins) {
		this.plugins = plugins;
	}

	/**
	 * What is always there.
	 * @return the catalogue
	 */
	public static Catalogue embedded() {
		return EMBEDDED;
	}

	/**
	 * A copy with more lines; a line takes the place of one of the same concept and name.
	 * @param more the lines
	 * @return the copy
	 */
	public Catalogue with(List<Plugin> more) {
		Map<String, Plugin> all = new LinkedHashMap<>();
		this.plugins.forEach((plugin) -> all.put(key(plugin), plugin));
		more.forEach((plugin) -> all.put(key(plugin), plugin));
		return new Catalogue(List.copyOf(all.values()));
	}

	private static String key(Plugin plugin) {
		return plugin.concept() + " " + plugin.name();
	}

	/**
	 * Finds a line.
	 * @param concept what it is
	 * @param name its name
	 * @return the line, of which the driver is there
	 * @throws UnknownPluginException when there is no such name; the message lists those
	 * there are
	 * @throws MissingDriverException when its driver is not on the class path; the
	 * message says what to add
	 */
	public Plugin find(Concept concept, String name) {
		Plugin plugin = line(concept, name)
			.orElseThrow(() -> new UnknownPluginException(concept, name, names(concept)));
		if (!plugin.isAvailable()) {
			throw new MissingDriverException(plugin);
		}
		return plugin;
	}

	/**
	 * Whether something can be made.
	 * @param concept what it is
	 * @param name its name
	 * @return false when there is no such name, or its driver is not on the class path
	 */
	public boolean isAvailable(Concept concept, String name) {
		return line(concept, name).filter(Plugin::isAvailable).isPresent();
	}

	private Optional<Plugin> line(Concept concept, String name) {
		return this.plugins.stream().filter((p) -> p.concept() == concept && p.name().equals(name)).findFirst();
	}

	/**
	 * The names of a concept.
	 * @param concept the concept
	 * @return the names, in the order of the catalogue
	 */
	public List<String> names(Concept concept) {
		return this.plugins.stream().filter((p) -> p.concept() == concept).map(Plugin::name).toList();
	}

	/**
	 * Makes a registry.
	 * @param name its name; several with commas between are {@link Registry#multi}
	 * @param address its address, empty for its own default; of several, each has its
	 * default
	 * @return the registry
	 * @throws IllegalArgumentException when there are several and an address
	 */
	public Registry registry(String name, String address) {
		List<String> names = Stream.of(name.split(",")).map(String::trim).toList();
		if (names.size() > 1 && !address.isEmpty()) {
			throw new IllegalArgumentException("The address " + address + " can be that of one registry only, not of "
					+ String.join(" and ", names));
		}
		return registry(names, (each) -> address);
	}

	/**
	 * Makes one registry, or {@link Registry#multi} of several.
	 * @param names their names
	 * @param address gives the address of each, empty for its own default
	 * @return the registry
	 * @throws IllegalArgumentException when a name is there twice
	 */
	public Registry registry(List<String> names, UnaryOperator<String> address) {
		if (Set.copyOf(names).size() < names.size()) {
			throw new IllegalArgumentException("A registry is named twice in " + String.join(",", names));
		}
		List<Plugin> plugins = names.stream().map((name) -> find(Concept.REGISTRY, name)).toList();
		List<Registry> registries = new ArrayList<>();
		try {
			for (Plugin plugin : plugins) {
				registries.add((Registry) plugin.factory().apply(address.apply(plugin.name()), NO_REGISTRY));
			}
			return Registry.multi(registries);
		}
		catch (RuntimeException ex) {
			registries.forEach(Registry::close);
			throw ex;
		}
	}

	/**
	 * Makes a broker.
	 * @param name its name
	 * @param address its address, empty for its own default
	 * @param registry the registry, for brokers that need one
	 * @return the broker
	 */
	public Broker broker(String name, String address, Registry registry) {
		return (Broker) find(Concept.BROKER, name).factory().apply(address, registry);
	}

	/**
	 * Makes a transport.
	 * @param name its name
	 * @param address its address, empty for its own default
	 * @return the transport
	 */
	public Transport transport(String name, String address) {
		return (Transport) find(Concept.TRANSPORT, name).factory().apply(address, NO_REGISTRY);
	}

	/**
	 * Makes a strategy of selection.
	 * @param name its name
	 * @return the strategy
	 */
	public Strategy strategy(String name) {
		return strategy(name, "");
	}

	/**
	 * Makes a strategy of selection that goes by a header.
	 * @param name its name
	 * @param header the name of the header that gives the key of a call; empty for the
	 * key that the call was given. Strategies without a key pass it over
	 * @return the strategy
	 */
	public Strategy strategy(String name, String header) {
		return (Strategy) find(Concept.SELECTOR, name).factory().apply(header, NO_REGISTRY);
	}

	/**
	 * All codecs: those that are always there, and those whose drivers are.
	 * @return the table
	 */
	public Codecs codecs() {
		Codecs codecs = Codecs.defaults();
		for (Plugin plugin : this.plugins) {
			if (plugin.concept() == Concept.CODEC && plugin.isAvailable()) {
				codecs = codecs.with((Codec) plugin.factory().apply("", NO_REGISTRY));
			}
		}
		return codecs;
	}

	private static Broker httpBroker(String address, Registry registry) {
		HttpBrokerOptions options = HttpBrokerOptions.defaults();
		return Broker.http(registry, address.isEmpty() ? options : options.withAddress(address));
	}

}
