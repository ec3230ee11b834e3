package io.microspring.plugins.broker.nats;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.zip.CRC32;

import io.microspring.broker.AckMode;
import io.microspring.broker.BrokerException;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Deliveries;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.plugins.nats.NatsLink;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.StreamConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JetStream: a stream keeps what is published to a topic, by whomever; a queue is a
 * durable consumer of it. A topic that no stream captures is given one of its own.
 */
final class NatsStreams implements NatsMode {

	/** How many messages are fetched ahead of the handler. */
	private static final int AHEAD = 64;

	/** How many may be left unacknowledged by whoever acknowledges by hand. */
	private static final int MOST_LEFT = 1000;

	/** Of all members of a queue together. */
	private static final int MOST_PENDING = 100_000;

	private static final int NOT_FOUND = 404;

	/** The server's own number for a message that its stream does not take. */
	private static final int TOO_LARGE = 10054;

	private static final Logger log = LoggerFactory.getLogger(NatsStreams.class);

	private final NatsLink link;

	private final NatsBrokerOptions options;

	/** Topics to the streams that capture them, as far as known. */
	private final Map<String, String> streams = new ConcurrentHashMap<>();

	NatsStreams(NatsLink link, NatsBrokerOptions options) {
		this.link = link;
		this.options = options;
	}

	@Override
	public Set<BrokerFeature> features() {
		return Set.of(BrokerFeature.values());
	}

	@Override
	public int room(SubscribeOptions options) {
		return Math.max((options.ack() == AckMode.MANUAL) ? MOST_LEFT : AHEAD, options.concurrency());
	}

	@Override
	public void publish(String topic, byte[] envelope) {
		asking("publish to " + topic, (connection) -> {
			stream(topic, connection.jetStreamManagement());
			try {
				return connection.jetStream().publish(topic, envelope);
			}
			catch (IOException | JetStreamApiException ex) {
				// The stream may have gone: what a server keeps in memory does.
				this.streams.remove(topic);
				throw ex;
			}
		});
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, Deliveries deliveries) {
		NatsConsumer consumer = new NatsConsumer(this, topic, options.queue(), deliveries, room(options));
		consumer.begin();
		return consumer;
	}

	/**
	 * Makes sure that a consumer is there, with our ack wait where it is ours to change.
	 * @param topic the topic
	 * @param name the consumer
	 * @param durable whether it outlives its members
	 * @return the consumer as it is now
	 */
	Consumer consumer(String topic, String name, boolean durable) {
		return asking("subscribe to " + topic, (connection) -> {
			JetStreamManagement management = connection.jetStreamManagement();
			String stream = stream(topic, management);
			ConsumerConfiguration present = find(stream, name, topic, management);
			if (present == null) {
				present = put(stream, configuration(topic, name, durable), management);
			}
			else if (!this.options.ackWait().equals(present.getAckWait())) {
				present = withOurAckWait(stream, present, management);
			}
			Duration kept = present.getAckWait();
			return new Consumer(stream, (kept != null) ? kept : this.options.ackWait());
		});
	}

	private static ConsumerConfiguration put(String stream, ConsumerConfiguration wanted,
			JetStreamManagement management) throws IOException, JetStreamApiException {
		return management.addOrUpdateConsumer(stream, wanted).getConsumerConfiguration();
	}

	/** A queue keeps the ack wait of the day it was made, until somebody changes it. */
	private ConsumerConfiguration withOurAckWait(String stream, ConsumerConfiguration present,
			JetStreamManagement management) {
		Duration wanted = this.options.ackWait();
		try {
			return put(stream, ConsumerConfiguration.builder(present).ackWait(wanted).build(), management);
		}
		catch (IOException | JetStreamApiException ex) {
			log.warn("The consumer {} of the stream {} stays with its ack wait of {}, not {}: {}", present.getName(),
					stream, present.getAckWait(), wanted, ex.getMessage());
			return present;
		}
	}

	private ConsumerConfiguration configuration(String topic, String name, boolean durable) {
		ConsumerConfiguration.Builder builder = ConsumerConfiguration.builder()
			.filterSubject(topic)
			.deliverPolicy(DeliverPolicy.New)
			.ackPolicy(AckPolicy.Explicit)
			.ackWait(this.options.ackWait())
			.maxAckPending(MOST_PENDING);
		return durable ? builder.durable(name).build()
				// It lives as long as somebody fetches, and a restart of ours is no end.
				: builder.name(name).inactiveThreshold(NatsConsumer.ALONE).build();
	}

	private @Nullable ConsumerConfiguration find(String stream, String name, String topic,
			JetStreamManagement management) throws IOException, JetStreamApiException {
		try {
			ConsumerConfiguration present = management.getConsumerInfo(stream, name).getConsumerConfiguration();
			if (!topic.equals(present.getFilterSubject())) {
				throw BrokerException.refused("the consumer " + name + " of the stream " + stream + " is there for "
						+ present.getFilterSubject() + ", not for " + topic + "; take another name for the queue",
						null);
			}
			return present;
		}
		catch (JetStreamApiException ex) {
			if (ex.getErrorCode() != NOT_FOUND) {
				throw ex;
			}
			this.streams.values().remove(stream);
			return null;
		}
	}

	/** The stream that captures a topic, whoever made it. */
	private String stream(String topic, JetStreamManagement management) throws IOException, JetStreamApiException {
		String known = this.streams.get(topic);
		if (known != null) {
			return known;
		}
		List<String> capturing = management.getStreamNames(topic);
		if (capturing.isEmpty()) {
			String name = name(topic);
			management.addStream(StreamConfiguration.builder()
				.name(name)
				.subjects(topic)
				.maxAge(this.options.maxAge())
				.replicas(this.options.replicas())
				.discardPolicy(DiscardPolicy.Old)
				.build());
			capturing = List.of(name);
		}
		this.streams.put(topic, capturing.get(0));
		return capturing.get(0);
	}

	/** Streams and consumers have no dots in their names, nor much else. */
	static String name(String text) {
		String plain = text.replaceAll("[^\\w-]", "_");
		if (plain.equals(text) || (!text.contains("_") && plain.equals(text.replace('.', '_')))) {
			return plain;
		}
		CRC32 sum = new CRC32();
		sum.update(text.getBytes(StandardCharsets.UTF_8));
		return plain + "-" + Long.toHexString(sum.getValue());
	}

	/**
	 * Asks JetStream, and says what went wrong.
	 * @param what what it is for
	 * @param question what to ask
	 * @return the answer
	 * @throws BrokerException when there is none
	 */
	<T> T asking(String what, Question<T> question) {
		Connection connection = this.link.connection(what);
		try {
			return question.ask(connection);
		}
		catch (JetStreamApiException ex) {
			String refusal = this.link + " refused to " + what + ": " + ex.getErrorDescription();
			// Limits, room and servers come and go: nothing else is wrong for ever.
			throw (ex.getApiErrorCode() == TOO_LARGE) ? BrokerException.refused(refusal, ex)
					: new BrokerException(refusal, ex);
		}
		catch (IOException | IllegalStateException ex) {
			throw new BrokerException(this.link + " did not answer to " + what
					+ "; where it is up, its JetStream is not on, or it lets this user not use it: " + ex.getMessage(),
					ex);
		}
	}

	ExecutorService executor() {
		return this.link.executor();
	}

	/**
	 * A consumer at the server.
	 *
	 * @param stream the stream that it is of
	 * @param ackWait how long it waits until what is not renewed comes again
	 */
	record Consumer(String stream, Duration ackWait) {

	}

	/** A question to JetStream. */
	@FunctionalInterface
	interface Question<T> {

		T ask(Connection connection) throws IOException, JetStreamApiException;

	}

}
