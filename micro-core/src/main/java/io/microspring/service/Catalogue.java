package io.microspring.service;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.microspring.broker.Broker;
import io.microspring.broker.HttpBrokerOptions;
import io.microspring.registry.Registry;
import io.microspring.selector.Strategy;
import io.microspring.service.Plugin.Concept;
import io.microspring.transport.Transport;

/**
 * What can be chosen by name. Immutable and thread-safe. go-micro:
 * {@code DefaultRegistries}, {@code DefaultBrokers} and their kind in {@code config/cmd}.
 */
public final class Catalogue {

	private static final Catalogue EMBEDDED = new Catalogue(List.of(
			Plugin.registry("mdns", (address) -> Registry.mdns()),
			Plugin.registry("memory", (address) -> Registry.memory()), Plugin.broker("http", Catalogue::httpBroker),
			Plugin.broker("memory", (address, registry) -> Broker.memory()),
			Plugin.transport("http", (address) -> Transport.http()),
			Plugin.transport("grpc", (address) -> Transport.grpc()),
			Plugin.transport("memory", (address) -> Transport.memory()),
			Plugin.selector("random", (address) -> Strategy.random()),
			Plugin.selector("round-robin", (address) -> Strategy.roundRobin())));

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
		Plugin plugin = this.plugins.stream()
			.filter((p) -> p.concept() == concept && p.name().equals(name))
			.findFirst()
			.orElseThrow(() -> new UnknownPluginException(concept, name, names(concept)));
		if (!plugin.isAvailable()) {
			throw new MissingDriverException(plugin);
		}
		return plugin;
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
	 * @param name its name
	 * @param address its address, empty for its own default
	 * @return the registry
	 */
	public Registry registry(String name, String address) {
		return (Registry) find(Concept.REGISTRY, name).factory().apply(address, NO_REGISTRY);
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
		return (Strategy) find(Concept.SELECTOR, name).factory().apply("", NO_REGISTRY);
	}

	private static Broker httpBroker(String address, Registry registry) {
		HttpBrokerOptions options = HttpBrokerOptions.defaults();
		return Broker.http(registry, address.isEmpty() ? options : options.withAddress(address));
	}

}
