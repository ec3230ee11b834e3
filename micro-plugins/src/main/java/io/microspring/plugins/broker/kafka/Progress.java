package io.microspring.plugins.broker.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;

import io.microspring.broker.Receipt;
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
	 * @return is told when it is done
	 */
	Receipt begin(ConsumerRecord<byte[], byte[]> record) {
		Place place = this.places.computeIfAbsent(partition(record), (partition) -> new Place());
		long offset = record.offset();
		place.next = offset + 1;
		place.open.add(offset);
		return new Handed(place, offset);
	}

	static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
		return new TopicPartition(record.topic(), record.partition());
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

	/**
	 * Partitions will be somebody else's: no more of their records are handled. Those
	 * that get done meanwhile still count.
	 */
	void revoke(Collection<TopicPartition> partitions) {
		for (TopicPartition partition : partitions) {
			Place place = this.places.get(partition);
			if (place != null) {
				place.revoked = true;
			}
		}
	}

	/** Partitions are no longer ours; records of theirs that get done do not count. */
	void forget(Collection<TopicPartition> partitions) {
		revoke(partitions);
		partitions.forEach(this.places::remove);
	}

	private static final class Place {

		private final NavigableSet<Long> open = new ConcurrentSkipListSet<>();

		private long next;

		private long committed = -1;

		private volatile boolean revoked;

	}

	private record Handed(Place place, long offset) implements Receipt {

		@Override
		public void ack() {
			this.place.open.remove(this.offset);
		}

		@Override
		public boolean isRevoked() {
			return this.place.revoked;
		}

	}

}
