package io.microspring.plugins.nats;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener.Events;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What jnats tells of connections, on whichever thread it happens to, and what follows
 * from it.
 */
final class NatsNews implements ErrorListener {

	private static final Pattern VIOLATION = Pattern
		.compile("(?i)permissions violation for (publish|subscription)[^\"]*\"([^\"]+)\"");

	/** There are no more subjects than somebody thought of. */
	private static final int MOST_REFUSALS = 10_000;

	private static final Logger log = LoggerFactory.getLogger(NatsLink.class);

	private final String name;

	/** Whether it was said that there is no connection any more. */
	private final AtomicBoolean lost = new AtomicBoolean();

	/** Whether there is a connection again, and nobody asked yet. */
	private final AtomicBoolean returned = new AtomicBoolean();

	/** Why there is no connection. */
	private volatile String failure = "not connected";

	/** Why the servers that are being tried cannot be had; those of one attempt. */
	private volatile @Nullable Set<String> failures;

	private volatile Runnable whenMessagesAreLost = () -> {
	};

	/** What a server did not allow, and when that was last, by the right that lacks. */
	private final Map<String, Refusal> refusals = new ConcurrentHashMap<>();

	/** What is known by its maker; others are not listened to. */
	private volatile @Nullable Connection connection;

	/**
	 * No news yet.
	 * @param name the name of the link, in log lines
	 */
	NatsNews(String name) {
		this.name = name;
	}

	void whenMessagesAreLost(Runnable action) {
		this.whenMessagesAreLost = action;
	}

	/** Why there is no connection, as far as known. */
	String failure() {
		return this.failure;
	}

	/** Whether a connection has come back; true once for each time. */
	boolean takeReturn() {
		return this.returned.getAndSet(false);
	}

	/**
	 * Notes what fails from now on, until the attempt ends.
	 * @return what failed, while it does
	 */
	Set<String> attempt() {
		Set<String> attempt = ConcurrentHashMap.newKeySet();
		this.failures = attempt;
		return attempt;
	}

	void endAttempt() {
		this.failures = null;
	}

	/**
	 * Listens to what is told of a connection.
	 * @param made the connection, or null once it does not matter any more
	 * @param again whether there was one before
	 */
	void listenTo(@Nullable Connection made, boolean again) {
		this.connection = made;
		if (again) {
			found();
		}
	}

	private void found() {
		this.returned.set(true);
		if (this.lost.compareAndSet(true, false)) {
			log.info("{} answers again", this.name);
		}
	}

	void changed(Connection from, Events event) {
		if (from != this.connection) {
			return;
		}
		if (event == Events.DISCONNECTED) {
			if (this.lost.compareAndSet(false, true)) {
				log.warn("{} is lost: {}", this.name, this.failure);
			}
			this.whenMessagesAreLost.run();
		}
		else if (event == Events.RESUBSCRIBED) {
			found();
		}
	}

	@Override
	public void exceptionOccurred(Connection from, Exception exception) {
		Throwable cause = exception;
		while (cause.getCause() != null) {
			cause = cause.getCause();
		}
		failed((cause.getMessage() != null) ? cause.getMessage() : cause.getClass().getSimpleName());
	}

	@Override
	public void errorOccurred(Connection from, String error) {
		Matcher violation = VIOLATION.matcher(error);
		if (violation.find() && this.refusals.size() < MOST_REFUSALS) {
			this.refusals.put(violation.group(1).toLowerCase(Locale.ROOT) + " " + violation.group(2),
					new Refusal(error, System.nanoTime()));
		}
		failed(error);
	}

	/** The right to send to a subject, or to have answers sent to it. */
	static String publish(String subject) {
		return "publish " + subject;
	}

	/** The right to listen to a subject. */
	static String subscription(String subject) {
		return "subscription " + subject;
	}

	/**
	 * What the server said to something that was sent.
	 * @param right what it takes
	 * @param since when it was sent
	 * @return the refusal, or null when there was none
	 */
	@Nullable String refusal(String right, long since) {
		Refusal refusal = this.refusals.get(right);
		return (refusal != null && refusal.when() - since >= 0) ? refusal.reason() : null;
	}

	private void failed(String reason) {
		this.failure = reason;
		Set<String> attempt = this.failures;
		if (attempt != null) {
			attempt.add(reason);
		}
		log.debug("{}: {}", this.name, reason);
	}

	@Override
	public void slowConsumerDetected(Connection from, Consumer consumer) {
		log.warn("{} says more than can be taken in; some of it is lost", this.name);
		this.whenMessagesAreLost.run();
	}

	/** What a server did not allow. */
	private record Refusal(String reason, long when) {

	}

}
