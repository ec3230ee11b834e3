package io.microspring.plugins.broker.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.microspring.broker.Envelope;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Messages as records: the JSON envelope as the value, or, raw, the body as the value and
 * the headers as Kafka headers in UTF-8. The key of a record is the header
 * {@link Headers#KEY}, in UTF-8; one that is no such text is none for us.
 *
 * @param raw which of the two
 * @param maxSize the largest value in bytes
 */
record Records(boolean raw, int maxSize) {

	private static final byte[] NO_BODY = new byte[0];

	ProducerRecord<byte[], byte[]> write(String topic, @Nullable Integer partition, Message message) {
		byte[] value = this.raw ? message.body() : Envelope.encode(message);
		if (value.length > this.maxSize) {
			throw new IllegalArgumentException(tooLarge(value));
		}
		String key = message.header(Headers.KEY);
		List<Header> headers = new ArrayList<>();
		if (this.raw) {
			message.headers().forEach((name, text) -> {
				if (!name.equalsIgnoreCase(Headers.KEY)) {
					headers.add(new RecordHeader(name, text.getBytes(StandardCharsets.UTF_8)));
				}
			});
		}
		return new ProducerRecord<byte[], byte[]>(topic, partition, null,
				(key != null) ? key.getBytes(StandardCharsets.UTF_8) : null, value, headers);
	}

	/** A record as it came. */
	static Message raw(ConsumerRecord<byte[], byte[]> record) {
		Metadata.Builder headers = Metadata.builder();
		record.headers()
			.forEach((header) -> headers.set(header.key(),
					(header.value() != null) ? new String(header.value(), StandardCharsets.UTF_8) : ""));
		String key = key(record.key());
		if (key != null) {
			headers.set(Headers.KEY, key);
		}
		return new Message(headers.build(), (record.value() != null) ? record.value() : NO_BODY);
	}

	private static @Nullable String key(byte @Nullable [] key) {
		if (key == null) {
			return null;
		}
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
		}
		catch (CharacterCodingException ex) {
			return null;
		}
	}

	/**
	 * The message of a record.
	 * @throws IllegalArgumentException when it is none, or too large
	 */
	Message read(Message raw) {
		if (raw.body().length > this.maxSize) {
			throw new IllegalArgumentException(tooLarge(raw.body()));
		}
		if (this.raw) {
			return raw;
		}
		Message message = Envelope.decode(raw.body());
		String key = raw.header(Headers.KEY);
		return (key != null) ? message.withHeader(Headers.KEY, key) : message;
	}

	private String tooLarge(byte[] value) {
		return "a value of " + value.length + " bytes is larger than the " + this.maxSize + " allowed";
	}

}
