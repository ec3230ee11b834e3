package io.microspring.plugins.broker.kafka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.microspring.broker.Envelope;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Messages as records: the JSON envelope as the value, or, raw, the body as the value and
 * the headers as Kafka headers in UTF-8.
 *
 * @param raw which of the two
 * @param maxSize the largest value in bytes
 */
record Records(boolean raw, int maxSize) {

	private static final byte[] NO_BODY = new byte[0];

	ProducerRecord<byte[], byte[]> write(String topic, int partition, Message message) {
		byte[] value = this.raw ? message.body() : Envelope.encode(message);
		if (value.length > this.maxSize) {
			throw new IllegalArgumentException(tooLarge(value));
		}
		List<Header> headers = new ArrayList<>();
		if (this.raw) {
			message.headers()
				.forEach((name, text) -> headers.add(new RecordHeader(name, text.getBytes(StandardCharsets.UTF_8))));
		}
		return new ProducerRecord<byte[], byte[]>(topic, partition, null, null, value, headers);
	}

	/** A record as it came. */
	static Message raw(ConsumerRecord<byte[], byte[]> record) {
		Metadata.Builder headers = Metadata.builder();
		record.headers()
			.forEach((header) -> headers.set(header.key(),
					(header.value() != null) ? new String(header.value(), StandardCharsets.UTF_8) : ""));
		return new Message(headers.build(), (record.value() != null) ? record.value() : NO_BODY);
	}

	/**
	 * The message of a record.
	 * @throws IllegalArgumentException when it is none, or too large
	 */
	Message read(Message raw) {
		if (raw.body().length > this.maxSize) {
			throw new IllegalArgumentException(tooLarge(raw.body()));
		}
		return this.raw ? raw : Envelope.decode(raw.body());
	}

	private String tooLarge(byte[] value) {
		return "a value of " + value.length + " bytes is larger than the " + this.maxSize + " allowed";
	}

}
