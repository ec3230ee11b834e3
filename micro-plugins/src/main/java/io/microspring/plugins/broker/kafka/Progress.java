package io.microspring.plugins.broker.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a subscription is: Kafka keeps one place per partition, so what may be
 * committed is the place before the oldest record that is not done. Used by the thread of
 * the subscription; only a record may be done from any thread.
 */
final class Progress {

	private final Map<TopicPartition, Place> places = new HashMap<>();

	/**
	 * A record is given to the handler.
	 * @return to be run, once and by any thread, when it is done
	 */
	Runnable begin(ConsumerRecord<byte[], byte[]> record) {
		Place place = this.places.computeIfAbsent(new TopicPartition(record.topic(), record.partition()),
				(partition) -> new Place());
		long offset = record.offset();
		place.next = offset + 1;
		place.open.add(offset);
		return () -> place.open.remove(offset);
	}

	/** How many records are not done. */
	int open() {
		return this.places.values().stream().mapToInt((place) -> place.open.size()).sum();
	}

	/** What has become possible to commit since it was last asked for. */
	Map<TopicPartition, OffsetAndMetadata> toCommit() {
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
		this.places.forEach((partition, place) -> {
			Long oldest = place.open.ceiling(Long.MIN_VALUE);
			long offset = (oldest != null) ? oldest : place.next;
			if (offset > place.committed) {
				offsets.put(partition, new OffsetAndMetadata(offset));
			}
		});
		return offsets;
	}

	void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
		offsets.forEach((partition, offset) -> {
			Place place = this.places.get(partition);
			if (place != null) {
				place.committed = offset.offset();
			}
		});
	}

	/** Partitions are no longer ours; records of theirs that get done do not count. */
	void forget(Collection<TopicPartition> partitions) {
		partitions.forEach(this.places::remove);
	}

	private static final class Place {

		private final NavigableSet<Long> open = new ConcurrentSkipListSet<>();

		private long next;

		private long committed = -1;

	}

}
