package io.microspring.plugins.rabbitmq;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Messages as RabbitMQ has them, as go-micro: the body is the body, the headers are AMQP
 * headers with texts as values, the content type among them (protocol reference §2,
 * §9.2).
 */
public final class RabbitMessages {

	private static final String CONTENT_TYPE = "Content-Type";

	private RabbitMessages() {
	}

	/**
	 * The properties of a message that carry its headers.
	 * @param headers the headers
	 * @return a builder for more
	 */
	public static BasicProperties.Builder properties(Metadata headers) {
		Map<String, Object> table = new LinkedHashMap<>();
		headers.forEach(table::put);
		return new BasicProperties.Builder().headers(table);
	}

	/**
	 * The message that came. A header that is no text is read as it is printed, as the
	 * newest go-micro does; AMQP's own content type counts where no header says it.
	 * @param properties its properties
	 * @param body its body
	 * @return the message
	 * @throws IllegalArgumentException when it has more than {@link Headers#MOST} headers
	 */
	public static Message message(BasicProperties properties, byte[] body) {
		Metadata.Builder headers = Metadata.builder();
		Map<String, Object> table = properties.getHeaders();
		if (table != null) {
			// A frame holds twenty times as many.
			if (table.size() > Headers.MOST) {
				throw new IllegalArgumentException(table.size() + " headers: the limit is " + Headers.MOST);
			}
			table.forEach((name, value) -> headers.set(name, text(value)));
		}
		if (properties.getContentType() != null) {
			headers.setIfAbsent(CONTENT_TYPE, properties.getContentType());
		}
		return new Message(headers.build(), body);
	}

	private static String text(@Nullable Object value) {
		if (value == null) {
			return "";
		}
		return (value instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : value.toString();
	}

}
