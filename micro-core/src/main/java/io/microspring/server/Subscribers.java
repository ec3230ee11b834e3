package io.microspring.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.microspring.broker.Broker;
import io.microspring.broker.Event;
import io.microspring.broker.EventHandler;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.broker.UnreadableMessageException;
import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.call.Interceptors;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.server.SubscriberFunction.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of a server: brings messages from the broker, or from a transport, to
 * them.
 */
final class Subscribers {

	/**
	 * Events come without the frames and envelopes that these mean for calls (protocol
	 * reference §6): Go's gRPC clients publish so.
	 */
	private static final Map<String, String> UNFRAMED = Map.of("application/grpc", Codecs.PROTOBUF,
			"application/grpc+proto", Codecs.PROTOBUF, "application/proto-rpc", Codecs.PROTOBUF,
			"application/grpc+json", Codecs.JSON, "application/json-rpc", Codecs.JSON);

	private final List<Bound> subscribers = new CopyOnWriteArrayList<>();

	private final List<Active> subscriptions = new CopyOnWriteArrayList<>();

	private final RpcServer server;

	private final @Nullable Broker broker;

	private final Codecs codecs;

	private final List<SubscriberInterceptor> interceptors;

	private boolean started;

	Subscribers(RpcServer server, @Nullable Broker broker, Codecs codecs, List<SubscriberInterceptor> interceptors) {
		this.server = server;
		this.broker = broker;
		this.codecs = codecs;
		this.interceptors = List.copyOf(interceptors);
	}

	/** Called under the server's lock, as is start. */
	void add(Subscriber subscriber) {
		Bound bound = new Bound(subscriber, subscriber.overTransport(), around(subscriber.function()));
		this.subscribers.add(bound);
		if (this.started) {
			subscribe(bound);
		}
	}

	private SubscriberFunction around(SubscriberFunction function) {
		return Interceptors.around(function, this.interceptors);
	}

	List<Subscriber> all() {
		return this.subscribers.stream().map(Bound::subscriber).toList();
	}

	void start() {
		if (this.started) {
			return;
		}
		try {
			this.subscribers.forEach(this::subscribe);
		}
		catch (RuntimeException ex) {
			stop().forEach(Subscription::close);
			throw ex;
		}
		this.started = true;
	}

	/**
	 * Has all begin to handle no more, and then waits for their handlers: not under the
	 * lock, which those may want.
	 * @param locked runs what is to be under the server's lock
	 */
	void stop(Consumer<Runnable> locked) {
		List<Subscription> stopped = new ArrayList<>();
		locked.accept(() -> stopped.addAll(stop()));
		stopped.forEach(Subscription::close);
	}

	private List<Subscription> stop() {
		this.started = false;
		List<Subscription> stopped = this.subscriptions.stream().map(Active::subscription).toList();
		this.subscriptions.clear();
		stopped.forEach(Subscription::stop);
		return stopped;
	}

	List<SubscriptionStatus> active() {
		return this.subscriptions.stream().map(Active::status).toList();
	}

	/**
	 * An event that came over a transport: all subscribers of the topic get it, also when
	 * one fails (protocol reference §3.7).
	 * @return what may be told of those that failed
	 */
	List<String> deliver(String topic, Message message) {
		List<String> failures = new ArrayList<>();
		for (Bound bound : this.subscribers) {
			if (bound.subscriber.topic().equals(topic)) {
				TransportEvent event = new TransportEvent(topic, message);
				try {
					handle(bound, bound.overTransport, event);
					String refusal = event.refusal;
					if (refusal != null) {
						failures.add(refusal);
					}
				}
				catch (Throwable ex) {
					Throwable told = (ex instanceof UnreadableMessageException && ex.getCause() != null) ? ex.getCause()
							: ex;
					failures.add(this.server.faults.text(told, bound.subscriber.name()));
				}
			}
		}
		return failures;
	}

	private void subscribe(Bound bound) {
		Subscriber subscriber = bound.subscriber;
		Broker from = (subscriber.broker() != null) ? subscriber.broker() : this.broker;
		if (from == null) {
			throw new IllegalStateException("The subscriber " + subscriber.name() + " needs a broker");
		}
		Subscription subscription = from.subscribe(subscriber.topic(), subscriber.options(), new Handling(bound));
		this.subscriptions.add(new Active(subscriber, from.name(), subscription));
	}

	private void handle(Bound bound, Subscriber subscriber, Event event) throws Exception {
		Message message = event.message();
		CallContext context = new CallContext(Deadline.NONE, this.server.propagated(message.headers()));
		try (CallContext.Scope scope = context.open()) {
			Object payload;
			try {
				payload = payload(subscriber, message);
			}
			catch (MicroException | IllegalArgumentException ex) {
				UnreadableMessageException failure = new UnreadableMessageException(String.valueOf(ex.getMessage()),
						ex);
				unreadable(new Delivery(subscriber, null, event), failure);
				throw failure;
			}
			bound.function.handle(new Delivery(subscriber, payload, event));
		}
	}

	/**
	 * What cannot be read now cannot be read later. Interceptors hear of it too, whatever
	 * they make of it.
	 */
	private void unreadable(Delivery delivery, UnreadableMessageException failure) {
		try {
			around((next) -> {
				throw failure;
			}).handle(delivery);
		}
		catch (Exception ex) {
			if (ex != failure) {
				failure.addSuppressed(ex);
			}
		}
	}

	private @Nullable Object payload(Subscriber subscriber, Message message) {
		if (subscriber.payloadType() == Message.class) {
			return message;
		}
		String contentType = message.headers().getOrDefault(Headers.CONTENT_TYPE, Codecs.PROTOBUF);
		Codec codec = this.codecs.find(bare(contentType));
		if (codec == null) {
			throw this.codecs.unsupported(this.server.name(), contentType);
		}
		return codec.read(Codec.Kind.EVENT, message).body(subscriber.payloadType());
	}

	private static String bare(String contentType) {
		int end = contentType.indexOf(';');
		String type = (end < 0) ? contentType : contentType.substring(0, end).trim();
		return UNFRAMED.getOrDefault(type.toLowerCase(Locale.ROOT), contentType);
	}

	private record Bound(Subscriber subscriber, Subscriber overTransport, SubscriberFunction function) {
	}

	/** Brings the messages of a broker. */
	private final class Handling implements EventHandler {

		private final Bound bound;

		Handling(Bound bound) {
			this.bound = bound;
		}

		@Override
		public void handle(Event event) throws Exception {
			Subscribers.this.server.began();
			try {
				Subscribers.this.handle(this.bound, this.bound.subscriber, event);
			}
			finally {
				Subscribers.this.server.ended();
			}
		}

		@Override
		public void unreadable(Event event, UnreadableMessageException reason) {
			Subscribers.this.unreadable(new Delivery(this.bound.subscriber, null, event), reason);
		}

	}

	private record Active(Subscriber subscriber, String broker, Subscription subscription) {

		SubscriptionStatus status() {
			SubscribeOptions options = this.subscriber.options();
			OptionalLong lag = this.subscription.lag();
			return new SubscriptionStatus(this.subscriber.name(), this.broker, this.subscriber.topic(), options.queue(),
					options.ack(), options.concurrency(), options.retry().attempts(), options.deadLetter(),
					lag.isPresent() ? lag.getAsLong() : null);
		}

	}

	private static final class TransportEvent implements Event {

		private final String topic;

		private final Message message;

		private volatile @Nullable String refusal;

		TransportEvent(String topic, Message message) {
			this.topic = topic;
			this.message = message;
		}

		@Override
		public String topic() {
			return this.topic;
		}

		@Override
		public Message message() {
			return this.message;
		}

		@Override
		public void ack() {
			// The answer to the request is the acknowledgement.
		}

		/** Heard when it is said before the handler returns, and so before the answer. */
		@Override
		public void nack(String reason) {
			this.refusal = reason;
		}

	}

}
