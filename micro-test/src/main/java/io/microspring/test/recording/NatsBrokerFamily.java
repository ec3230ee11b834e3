package io.microspring.test.recording;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.SubscribeOptions;
import io.microspring.client.Client;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.registry.Registry;
import org.jspecify.annotations.Nullable;

/**
 * Publishers and a subscriber by a NATS server, which is a real one. As the server we are
 * the subscriber, and hear the recorded bytes; as the client we are the publisher.
 * <p>
 * The broker and the server come from outside, because this module has neither.
 */
public final class NatsBrokerFamily implements Family {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final Function<String, Broker> brokers;

	private final String address;

	/**
	 * The family.
	 * @param brokers makes a broker that goes by the NATS at an address,
	 * {@code host:port}
	 * @param address the NATS that is there
	 */
	public NatsBrokerFamily(Function<String, Broker> brokers, String address) {
		this.brokers = brokers;
		this.address = address;
	}

	@Override
	public String name() {
		return "nats-broker";
	}

	@Override
	public boolean needsTarget() {
		return false;
	}

	@Override
	public Finding asServer(Recording recording, String target) {
		List<NatsFrame> published = published(recording);
		List<String> differences = new ArrayList<>();
		BlockingQueue<Message> received = new LinkedBlockingQueue<>();
		try (Broker broker = this.brokers.apply(this.address); GoNats go = new GoNats(this.address)) {
			broker.subscribe(published.get(0).subject(), SubscribeOptions.defaults(),
					(event) -> received.add(event.message()));
			for (NatsFrame frame : published) {
				go.publish(frame.subject(), frame.replyTo(), frame.payload());
				Message ours = received.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
				compare(differences, "event", headers(frame.message()), headers(ours));
				compare(differences, "body", PublishedEvent.decoded(frame.message()),
						(ours != null) ? PublishedEvent.decoded(ours) : null);
			}
			compare(differences, "further messages", 0, received.size());
		}
		catch (IOException | BrokerException ex) {
			differences.add(ex.toString());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			differences.add("interrupted");
		}
		return Finding.of(differences);
	}

	private static @Nullable Object headers(@Nullable Message message) {
		return (message != null) ? new TreeMap<>(message.headers().toMap()) : null;
	}

	@Override
	public Finding asClient(Recording recording, Caller caller) {
		List<String> differences = new ArrayList<>();
		try (Broker broker = this.brokers.apply(this.address);
				Registry registry = Registry.memory();
				GoNats go = new GoNats(this.address)) {
			List<NatsFrame> published = published(recording);
			go.subscribe(published.get(0).subject());
			for (NatsFrame frame : published) {
				Message recorded = frame.message();
				try (Client client = Client.builder(registry)
					.broker(broker)
					.name(recorded.headers().getOrDefault("Micro-From-Service", ""))
					.build()) {
					client.publish(frame.subject(), PublishedEvent.payload(recorded),
							PublishedEvent.ofTheUser(recorded));
				}
				NatsFrame ours = go.next(PATIENCE);
				if (ours == null) {
					differences.add("nothing was published");
					break;
				}
				compare(differences, frame, ours);
			}
		}
		catch (IOException | MicroException | BrokerException ex) {
			differences.add(ex.toString());
		}
		return Finding.of(differences);
	}

	private static void compare(List<String> differences, NatsFrame go, NatsFrame ours) {
		try {
			compare(differences, "message", PublishedEvent.comparable(go.message()),
					PublishedEvent.comparable(ours.message()));
			compare(differences, "body", PublishedEvent.decoded(go.message()), PublishedEvent.decoded(ours.message()));
		}
		catch (IllegalArgumentException ex) {
			differences.add(String.valueOf(ex.getMessage()));
		}
	}

	private static void compare(List<String> differences, String what, @Nullable Object go, @Nullable Object ours) {
		if (!Objects.equals(go, ours)) {
			differences.add(what + " is " + ours + " for " + go);
		}
	}

	/** What the publishers wrote, each on a connection of its own. */
	private static List<NatsFrame> published(Recording recording) {
		List<NatsFrame> published = recording.connections()
			.stream()
			.flatMap((events) -> NatsFrame.all(events).stream())
			.filter(NatsFrame::fromClient)
			.toList();
		if (published.isEmpty()) {
			throw new UnsupportedOperationException("no message that was published is in the recording");
		}
		return published;
	}

}
