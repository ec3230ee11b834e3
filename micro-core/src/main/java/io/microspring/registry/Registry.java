package io.microspring.registry;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.microspring.health.HealthReport;
import io.microspring.registry.mdns.Mdns;

/**
 * Where services announce themselves and are found.
 * <p>
 * Thread-safe. Methods block while they ask a server; a registry that is down throws
 * {@link RegistryException} and heals by itself. go-micro: {@code registry.Registry}.
 */
public interface Registry extends AutoCloseable {

	/**
	 * The registry's name, such as {@code mdns}: it stands in the metadata of every node
	 * registered through it.
	 * @return the name
	 */
	String name();

	/**
	 * Announces the nodes of a service, or renews them. Idempotent: the same node id
	 * replaces what was known of it.
	 * @param service the service with at least one node
	 * @param ttl how long the nodes live unless renewed; {@link Duration#ZERO}: until
	 * deregistered
	 * @throws RegistryException when the registry cannot be reached or refuses
	 */
	void register(Service service, Duration ttl);

	/**
	 * Takes the nodes of a service back. What is not registered is passed over.
	 * @param service the service with the nodes to take back
	 * @throws RegistryException when the registry cannot be reached
	 */
	void deregister(Service service);

	/**
	 * Finds a service.
	 * @param name its name
	 * @return one entry per version with the nodes that are alive; empty when the service
	 * is unknown
	 * @throws RegistryException when the registry cannot be reached
	 */
	List<Service> get(String name);

	/**
	 * The services there are.
	 * @return their names and versions, at least; nodes and endpoints may be left out
	 * @throws RegistryException when the registry cannot be reached
	 */
	List<Service> list();

	/**
	 * Tells of changes until closed. The listener eventually sees the latest state, also
	 * after a reconnect; it may see the same state twice. It is called by one thread at a
	 * time and may block for a short while.
	 * @param name the service to watch; empty: every service
	 * @param listener is told of each change
	 * @return the handle that ends it
	 * @throws RegistryException when watching cannot begin
	 */
	Watcher watch(String name, Consumer<Change> listener);

	/**
	 * How the registry is, without asking a server more than briefly.
	 * @return the report
	 */
	default HealthReport health() {
		return HealthReport.up(toString());
	}

	/**
	 * Why a service that is there may not be found: for the error that it was not. Asks
	 * no server.
	 * @return what is amiss and what to do about it; empty, the default, when nothing is
	 * known to be
	 */
	default String hint() {
		return "";
	}

	/**
	 * Frees what the registry holds; nodes stay registered until their time to live is
	 * over. Idempotent.
	 */
	@Override
	void close();

	/** Ends watching. */
	@FunctionalInterface
	interface Watcher extends AutoCloseable {

		/** Ends watching. Idempotent. */
		@Override
		void close();

	}

	/**
	 * Inside the process. Each call makes a registry of its own; hand one instance to all
	 * that are to meet.
	 * @return a new registry
	 */
	static Registry memory() {
		return new MemoryRegistry();
	}

	/**
	 * Multicast DNS in go-micro's scheme, without any server.
	 * @return a new registry with the default options
	 */
	static Registry mdns() {
		return mdns(MdnsOptions.defaults());
	}

	/**
	 * Multicast DNS in go-micro's scheme, without any server: every process answers for
	 * its own nodes, so that closing the registry takes them back. A look-up takes as
	 * long as {@link MdnsOptions#timeout()}. Where multicast does not work, the processes
	 * of this host find each other over loopback, and {@link #health()} is degraded.
	 * Nodes need an address of the form {@code ip:port}, and services a name with at most
	 * 63 characters between two dots.
	 * @param options its options
	 * @return a new registry, which opens its sockets when they are first needed
	 * @throws IllegalArgumentException when the domain is no domain name
	 */
	static Registry mdns(MdnsOptions options) {
		return Mdns.registry(options);
	}

	/**
	 * Addresses that are known beforehand: registering changes nothing, which the log
	 * says once. go-micro: the selector {@code static}.
	 * @param options the addresses
	 * @return a new registry
	 */
	static Registry fixed(StaticOptions options) {
		return new StaticRegistry(options);
	}

	/**
	 * Several registries as one, such as while a fleet moves from one to another, named
	 * after all of them with commas between. Services are registered in each; look-ups,
	 * lists and watches give what any of them knows, each node once: of a node that
	 * several know, the word of the first in the list counts.
	 * <p>
	 * A registry that fails hides nothing: what it told last is served, unless another
	 * that answers has seen it go; {@link #health()} is degraded. It is tried again in
	 * the background, with pauses that grow from 1 s to 30 s, and so is a registration,
	 * or taking one back, that did not reach it; each renewal tries it too. Only what
	 * fails in all of them is a {@link RegistryException}, and a look-up of a name that
	 * none of those that answer knows.
	 * @param registries the registries, one or more; closing the result closes them
	 * @return the registry; the only one itself where there is just one
	 */
	static Registry multi(List<Registry> registries) {
		if (registries.isEmpty()) {
			throw new IllegalArgumentException("Several registries as one need at least one");
		}
		return (registries.size() == 1) ? registries.get(0) : new MultiRegistry(registries);
	}

	/**
	 * A registry that answers from memory what it has looked up before, keeps that up to
	 * date by watching, and serves what it knows while the registry behind it is down.
	 * @param registry the registry behind it; its owner closes it
	 * @param options how long what it knows counts as fresh
	 * @return the caching registry
	 */
	static Registry cached(Registry registry, CacheOptions options) {
		return new CachedRegistry(registry, options);
	}

}
