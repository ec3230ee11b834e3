package io.microspring.autoconfigure.actuate;

import java.time.Duration;
import java.util.List;

import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.client.Client.ClientStats;
import io.microspring.health.HealthReport;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.selector.NodeStatus;
import io.microspring.selector.Selector;
import io.microspring.server.Server;
import io.microspring.server.Server.ServerStats;
import io.microspring.server.ServerOptions;
import io.microspring.server.SubscriptionStatus;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * This service: what it is called, where it is, what it serves and on what, and what is
 * going on.
 */
@org.springframework.boot.actuate.endpoint.annotation.Endpoint(id = "micro")
public final class MicroServiceEndpoint {

	private final ServerOptions options;

	private final @Nullable Server server;

	private final Client client;

	private final Registry registry;

	private final Broker broker;

	private final Transport transport;

	private final Selector selector;

	MicroServiceEndpoint(ServerOptions options, @Nullable Server server, Client client, Registry registry,
			Broker broker, Transport transport, Selector selector) {
		this.options = options;
		this.server = server;
		this.client = client;
		this.registry = registry;
		this.broker = broker;
		this.transport = transport;
		this.selector = selector;
	}

	/**
	 * Describes this service.
	 * @return the description
	 */
	@ReadOperation
	public Description service() {
		return new Description(this.options.name(), this.options.version(), serving(),
				new Part(this.registry.name(), this.registry.health()),
				new Part(this.broker.name(), this.broker.health()), this.transport.name(),
				new Selection(this.selector.toString(),
						this.selector.nodes().stream().filter(NodeStatus::out).toList()),
				this.client.stats());
	}

	private @Nullable Serving serving() {
		if (this.server == null || !this.server.stats().running()) {
			return null;
		}
		Service service = this.server.service();
		Registration registration = new Registration(this.server.stats().registered(), this.options.registerTtl(),
				this.options.registerInterval());
		return new Serving(service.nodes().get(0),
				service.endpoints().stream().filter((endpoint) -> !isSubscriber(endpoint)).toList(),
				this.server.subscriptions(), registration, this.server.stats(), this.server.health());
	}

	private static boolean isSubscriber(Endpoint endpoint) {
		return "true".equals(endpoint.metadata().get("subscriber"));
	}

	/**
	 * This service.
	 *
	 * @param name its name
	 * @param version its version
	 * @param server what it serves, or null when it only calls
	 * @param registry where it finds others
	 * @param broker what carries its messages
	 * @param transport what carries its calls
	 * @param selector what picks nodes for its calls
	 * @param client what its client counts
	 */
	public record Description(String name, String version, @Nullable Serving server, Part registry, Part broker,
			String transport, Selection selector, ClientStats client) {
	}

	/**
	 * What picks nodes.
	 *
	 * @param strategy how
	 * @param out the nodes that get no calls for a while, and why
	 */
	public record Selection(String strategy, List<NodeStatus> out) {
	}

	/**
	 * What it serves.
	 *
	 * @param node its id, its address and its metadata, as announced
	 * @param endpoints its endpoints with the trees of what they take and answer
	 * @param subscribers what it is subscribed to, and how many messages wait
	 * @param registration whether and how it is registered
	 * @param stats what it counts
	 * @param health how it is
	 */
	public record Serving(Node node, List<Endpoint> endpoints, List<SubscriptionStatus> subscribers,
			Registration registration, ServerStats stats, HealthReport health) {
	}

	/**
	 * Whether and how it is registered.
	 *
	 * @param registered whether the last registration went well
	 * @param ttl how long it lives unless renewed
	 * @param interval how often it is renewed
	 */
	public record Registration(boolean registered, Duration ttl, Duration interval) {
	}

	/**
	 * Something it works with.
	 *
	 * @param name its name
	 * @param health how it is
	 */
	public record Part(String name, HealthReport health) {
	}

}
