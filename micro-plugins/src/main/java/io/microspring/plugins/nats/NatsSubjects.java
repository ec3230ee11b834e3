package io.microspring.plugins.nats;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.MessageHandler;
import io.nats.client.Subscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is heard on subjects by one thread that all share, in the order in which it came,
 * over every new connection. Thread-safe.
 */
final class NatsSubjects {

	private static final Logger log = LoggerFactory.getLogger(NatsLink.class);

	private final NatsNews news;

	/** What is listened to, and who is told. */
	private final Map<String, MessageHandler> handlers = new ConcurrentHashMap<>();

	/** What the server was told of that. */
	private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();

	/** What it allows, and when it was asked. */
	private final Map<String, Long> granted = new ConcurrentHashMap<>();

	/** One at a time asks for it. */
	private final ReentrantLock asking = new ReentrantLock();

	/** Guards what follows, with the handlers and subscriptions. */
	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Dispatcher dispatcher;

	/**
	 * None yet.
	 * @param news knows what the server refuses
	 */
	NatsSubjects(NatsNews news) {
		this.news = news;
	}

	/** Goes on over a new connection. */
	void begin(Connection made) {
		this.lock.lock();
		try {
			this.dispatcher = made.createDispatcher();
			this.subscriptions.clear();
			this.handlers.forEach(this::subscribe);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Listens, from now on or from when there is a connection. */
	void listen(String subject, MessageHandler handler) {
		this.lock.lock();
		try {
			if (this.handlers.putIfAbsent(subject, handler) == null) {
				subscribe(subject, handler);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Listens where that is confirmed, and else does not.
	 * @param subject what to listen to
	 * @param handler is told of each message
	 * @param confirm given when it was asked for, throws when it is refused
	 */
	void listen(String subject, MessageHandler handler, LongConsumer confirm) {
		this.asking.lock();
		try {
			if (!isGranted(subject)) {
				// It may have been allowed once.
				forget(subject);
				long since = System.nanoTime();
				listen(subject, handler);
				confirm.accept(since);
				this.granted.put(subject, since);
			}
		}
		catch (RuntimeException ex) {
			forget(subject);
			throw ex;
		}
		finally {
			this.asking.unlock();
		}
	}

	/** Whether the server allowed it, and did not refuse it since. */
	boolean isGranted(String subject) {
		Long since = this.granted.get(subject);
		return since != null && this.news.refusal(NatsNews.subscription(subject), since) == null;
	}

	private void subscribe(String subject, MessageHandler handler) {
		Dispatcher present = this.dispatcher;
		// A closed one is followed by another, which is told of all that is listened to.
		if (present != null && present.isActive()) {
			this.subscriptions.put(subject,
					present.subscribe(subject, (message) -> NatsListening.handle(message, handler)));
		}
	}

	private void forget(String subject) {
		this.lock.lock();
		try {
			this.granted.remove(subject);
			this.handlers.remove(subject);
			Subscription former = this.subscriptions.remove(subject);
			Dispatcher present = this.dispatcher;
			if (former != null && present != null && present.isActive()) {
				present.unsubscribe(former);
			}
		}
		catch (IllegalStateException ex) {
			log.debug("{} is not listened to any more: {}", subject, ex.getMessage());
		}
		finally {
			this.lock.unlock();
		}
	}

}
