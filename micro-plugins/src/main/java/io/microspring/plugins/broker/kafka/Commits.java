package io.microspring.plugins.broker.kafka;

import java.time.Duration;
import java.util.Map;

import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Kafka how far a subscription is. Used by the thread of the subscription.
 */
final class Commits {

	private static final Logger log = LoggerFactory.getLogger(KafkaSubscription.class);

	/** A commit costs Kafka as much as a message: so long lies between two. */
	static final Duration PAUSE = Duration.ofMillis(100);

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private final String subject;

	private final Consumer<byte[], byte[]> consumer;

	private final Progress progress;

	private long committedAt = System.nanoTime();

	/** Whether one is under way that nobody waits for. */
	private boolean committing;

	private boolean failed;

	/** Whether something handled may not have been committed yet. */
	private boolean behind;

	/**
	 * Commits of a subscription.
	 * @param subject what it is called in the log
	 * @param consumer commits
	 * @param progress how far the subscription is
	 */
	Commits(String subject, Consumer<byte[], byte[]> consumer, Progress progress) {
		this.subject = subject;
		this.consumer = consumer;
		this.progress = progress;
	}

	/** Whether the next one is due soon. */
	boolean isBehind() {
		return this.behind;
	}

	/** Commits, and waits for it. */
	void now() {
		Map<TopicPartition, OffsetAndMetadata> offsets = this.progress.toCommit();
		this.committedAt = System.nanoTime();
		if (offsets.isEmpty()) {
			return;
		}
		try {
			this.consumer.commitSync(offsets, TIMEOUT);
			this.progress.committed(offsets);
		}
		catch (CommitFailedException | RebalanceInProgressException ex) {
			log.info("Messages may come again, the members of {} changed: {}", this.subject, ex.getMessage());
		}
	}

	/**
	 * Commits while the next messages are fetched, once in a while and one at a time: the
	 * next one covers what was handled meanwhile.
	 */
	void aside() {
		this.behind = this.committing || System.nanoTime() - this.committedAt < PAUSE.toNanos();
		if (this.behind) {
			return;
		}
		Map<TopicPartition, OffsetAndMetadata> offsets = this.progress.toCommit();
		if (offsets.isEmpty()) {
			return;
		}
		this.committedAt = System.nanoTime();
		this.committing = true;
		this.consumer.commitAsync(offsets, (committed, failure) -> {
			this.committing = false;
			if (failure == null) {
				this.progress.committed(offsets);
				this.failed = false;
			}
			else if (!this.failed) {
				this.failed = true;
				log.info("Messages may come again, {} could not commit how far it is: {}", this.subject,
						failure.getMessage());
			}
		});
	}

}
