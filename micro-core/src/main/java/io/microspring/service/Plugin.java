package io.microspring.service;

import java.util.Locale;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

import io.microspring.broker.Broker;
import io.microspring.codec.Codec;
import io.microspring.registry.Registry;
import io.microspring.selector.Strategy;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * One line of a catalogue: what can be chosen by name, what it needs, and how it is made.
 * Immutable. go-micro: an entry of {@code cmd.DefaultRegistries} and its kind.
 *
 * @param concept what it is
 * @param name the name to choose it by
 * @param driver a class that must be there, or null when it needs none
 * @param dependency what brings that class, as {@code groupId:artifactId}, with
 * {@code :version} behind where Spring Boot does not manage it, or null
 * @param factory makes it from an address (empty for its own default) and the registry
 * (for brokers that need one)
 */
public record Plugin(Concept concept, String name, @Nullable String driver, @Nullable String dependency,
		BiFunction<String, Registry, ?> factory) {

	public Plugin {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(factory, "factory");
	}

	/**
	 * A registry.
	 * @param name its name
	 * @param factory makes it from an address
	 * @return the line
	 */
	public static Plugin registry(String name, Function<String, Registry> factory) {
		return new Plugin(Concept.REGISTRY, name, null, null, (address, registry) -> factory.apply(address));
	}

	/**
	 * A broker.
	 * @param name its name
	 * @param factory makes it from an address and a registry
	 * @return the line
	 */
	public static Plugin broker(String name, BiFunction<String, Registry, Broker> factory) {
		return new Plugin(Concept.BROKER, name, null, null, factory);
	}

	/**
	 * A transport.
	 * @param name its name
	 * @param factory makes it from an address
	 * @return the line
	 */
	public static Plugin transport(String name, Function<String, Transport> factory) {
		return new Plugin(Concept.TRANSPORT, name, null, null, (address, registry) -> factory.apply(address));
	}

	/**
	 * A strategy of selection.
	 * @param name its name
	 * @param factory makes it from the name of the header that gives a call's key, empty
	 * for none
	 * @return the line
	 */
	public static Plugin selector(String name, Function<String, Strategy> factory) {
		return new Plugin(Concept.SELECTOR, name, null, null, (address, registry) -> factory.apply(address));
	}

	/**
	 * A codec, which is there by its content types as soon as its driver is.
	 * @param name its name
	 * @param factory makes it
	 * @return the line
	 */
	public static Plugin codec(String name, Supplier<Codec> factory) {
		return new Plugin(Concept.CODEC, name, null, null, (address, registry) -> factory.get());
	}

	/**
	 * A copy that needs a driver.
	 * @param driver a class that must be there
	 * @param dependency what brings it, as {@code groupId:artifactId}, with
	 * {@code :version} behind where Spring Boot does not manage it
	 * @return the copy
	 */
	public Plugin needing(String driver, String dependency) {
		return new Plugin(this.concept, this.name, driver, dependency, this.factory);
	}

	/**
	 * Whether what it needs is there.
	 * @return true when it can be made
	 */
	public boolean isAvailable() {
		if (this.driver == null) {
			return true;
		}
		try {
			Class.forName(this.driver, false, Plugin.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	/** What can be chosen by name. */
	public enum Concept {

		/** Where services are found. */
		REGISTRY,
		/** What carries messages by topic. */
		BROKER,
		/** What carries calls. */
		TRANSPORT,
		/** What picks nodes. */
		SELECTOR,
		/** What encodes messages; the content type chooses among those there are. */
		CODEC;

		/**
		 * The concept as it stands in properties: {@code registry} of
		 * {@code micro.registry.type}.
		 * @return the word
		 */
		public String word() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
