package io.microspring.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.microspring.broker.HttpLookup.Known;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who gets the messages of which topic: worked out once for each answer of the registry,
 * recognised by its identity. Thread-safe.
 */
final class HttpRoutes {

	/** The version under which a subscription without a queue is registered. */
	static final String BROADCAST = "ff.http.broadcast";

	static final String BROKER = "broker";

	static final String SECURE = "secure";

	static final String TOPIC = "topic";

	private static final Logger log = LoggerFactory.getLogger(HttpBroker.class);

	/** So that topics that are published to once do not pile up. */
	private static final int MAX_TOPICS = 10_000;

	private final HttpBroker broker;

	/**
	 * By dialect, version and id, whose messages keep their order while the routes
	 * change.
	 */
	private final Map<String, HttpNode> nodes = new ConcurrentHashMap<>();

	private volatile @Nullable View view;

	HttpRoutes(HttpBroker broker) {
		this.broker = broker;
	}

	/**
	 * The recipients of a topic.
	 * @param topic the topic
	 * @param known what the registry answered
	 * @return the subscribers of this process and of others
	 */
	Recipients<Target> of(String topic, Known known) {
		View present = this.view;
		if (present == null || !present.known.isSameAs(known)) {
			present = new View(known, new ConcurrentHashMap<>());
			this.view = present;
			retire(known);
		}
		Recipients<Target> recipients = present.topics.get(topic);
		if (recipients == null) {
			if (present.topics.size() >= MAX_TOPICS) {
				present.topics.clear();
			}
			recipients = recipients(topic, known);
			present.topics.put(topic, recipients);
		}
		return recipients;
	}

	/** The subscriptions of this process have changed. */
	void forget() {
		this.view = null;
	}

	/**
	 * Whoever is registered for several dialects at one address is one process of ours,
	 * all of whose subscriptions each dialect reaches.
	 */
	private Recipients<Target> recipients(String topic, Known known) {
		List<Target> targets = new ArrayList<>();
		this.broker.subscriptions()
			.stream()
			.filter((subscription) -> subscription.topic().equals(topic))
			.forEach(targets::add);
		Set<String> reached = new HashSet<>();
		for (HttpDialect dialect : HttpDialect.values()) {
			Set<String> here = new HashSet<>();
			for (Service service : known.of(dialect)) {
				for (Node node : service.nodes()) {
					String place = service.version() + " " + node.address();
					if (isSubscriber(node, topic) && !this.broker.isOwn(node.id()) && !reached.contains(place)) {
						here.add(place);
						targets.add(this.nodes.computeIfAbsent(key(dialect, service, node),
								(key) -> node(dialect, service, node)));
					}
				}
			}
			reached.addAll(here);
		}
		return new Recipients<>(targets, Target::queue);
	}

	private HttpNode node(HttpDialect dialect, Service service, Node node) {
		String queue = service.version().equals(BROADCAST) ? "" : service.version();
		return new HttpNode(node, queue, dialect, this.broker);
	}

	private boolean isSubscriber(Node node, String topic) {
		return topic.equals(node.metadata().get(TOPIC)) && this.broker.name().equals(node.metadata().get(BROKER));
	}

	/** Forgets subscribers that went, unless messages wait for them. */
	private void retire(Known known) {
		Set<String> present = new HashSet<>();
		for (HttpDialect dialect : HttpDialect.values()) {
			known.of(dialect)
				.forEach((service) -> service.nodes().forEach((node) -> present.add(key(dialect, service, node))));
		}
		this.nodes.entrySet().removeIf((entry) -> !present.contains(entry.getKey()) && entry.getValue().isIdle());
	}

	/** Where a subscriber is belongs to it, and how: one that moved is another. */
	private static String key(HttpDialect dialect, Service service, Node node) {
		return dialect + " " + service.version() + " " + node.id() + (isSecure(node) ? " https " : " http ")
				+ node.address();
	}

	/** Whether a subscriber speaks TLS. */
	static boolean isSecure(Node node) {
		return "true".equals(node.metadata().get(SECURE));
	}

	/** Waits until what has been published has left. */
	void awaitIdle(Duration timeout) {
		long deadline = System.nanoTime() + timeout.toNanos();
		try {
			for (HttpNode node : this.nodes.values()) {
				if (!node.awaitIdle(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
					log.warn("Messages for the subscriber {} are dropped: they could not leave in {}", node, timeout);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Drops what has not left. */
	void close() {
		this.nodes.values().forEach(HttpNode::close);
	}

	/**
	 * An answer of the registry.
	 *
	 * @param known the answer
	 * @param topics who gets the messages of a topic
	 */
	private record View(Known known, Map<String, Recipients<Target>> topics) {

	}

}
