package io.microspring.plugins.rabbitmq;

import java.util.HashMap;
import java.util.Map;

import com.rabbitmq.client.AMQP.BasicProperties;

/** As many headers as a frame holds, with names that are not looked up in no time. */
public final class RabbitFlood {

	private RabbitFlood() {
	}

	/**
	 * The properties of a message that nobody has time for.
	 * @return a builder for more
	 */
	public static BasicProperties.Builder properties() {
		Map<String, Object> headers = new HashMap<>();
		for (int i = 0; i < 20_000; i++) {
			headers.put(Integer.toString(i, 36), null);
		}
		return new BasicProperties.Builder().headers(headers);
	}

}
