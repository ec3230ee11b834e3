package io.microspring.broker;

import java.time.Duration;

import io.microspring.concurrent.Backoff;
import org.jspecify.annotations.Nullable;

/**
 * Where the dead letters of a subscription go.
 *
 * @param broker publishes them
 * @param topic the topic; empty: they are dropped with a word
 * @param queue the queue of the subscription
 */
record DeadLetters(Broker broker, String topic, String queue) {

	/** One that cannot be published is tried until it can: nothing is lost. */
	private static final Backoff BACKOFF = Backoff.exponential(Duration.ofSeconds(1), 2, Duration.ofSeconds(30), 0.2);

	/**
	 * Publishes a dead letter, or drops the message with a word.
	 * @return how long to wait before trying it again; null when it is done
	 */
	@Nullable Duration bury(DeadLetter letter, int attempt) {
		if (this.topic.isEmpty()) {
			Deliveries.log.warn("A message is dropped: {}", letter, letter.reason());
			return null;
		}
		try {
			publish(letter);
			Deliveries.log.warn("A message goes to the dead letter topic {}: {}", this.topic, letter, letter.reason());
			return null;
		}
		catch (RuntimeException | Error ex) {
			if (ex instanceof BrokerException broker && broker.isRefused()) {
				Deliveries.log.error("A message is dropped, as the dead letter topic {} does not take it ({}): {}",
						this.topic, ex.getMessage(), letter, letter.reason());
				return null;
			}
			Duration pause = BACKOFF.before(attempt);
			Deliveries.log.warn("A dead letter cannot be published to {}; again in {} ms: {}", this.topic,
					pause.toMillis(), ex.toString());
			return pause;
		}
	}

	/** One that is not taken as it is goes without what may be too much. */
	private void publish(DeadLetter letter) {
		try {
			this.broker.publish(this.topic, letter.message(this.queue));
		}
		catch (BrokerException ex) {
			if (!ex.isRefused()) {
				throw ex;
			}
			publishRest(letter, ex);
		}
	}

	/** The first that is taken of what remains. */
	private void publishRest(DeadLetter letter, BrokerException refusal) {
		for (DeadLetter rest : letter.remains()) {
			try {
				this.broker.publish(this.topic, rest.message(this.queue));
				return;
			}
			catch (BrokerException ex) {
				if (!ex.isRefused()) {
					throw ex;
				}
			}
		}
		throw refusal;
	}

}
