package io.microspring.plugins.broker.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import io.microspring.broker.BrokerException;
import io.microspring.broker.SubscribeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Which topics and queues MQTT takes. Each method throws a {@link BrokerException} that
 * refuses, with the reason.
 */
final class MqttTopics {

	private static final String SHARED = "$share/";

	private MqttTopics() {
	}

	/** A topic to publish to. */
	static MqttTopic topic(String topic) {
		if (topic.startsWith("$")) {
			throw refused(topic, "topics that begin with $ are the server's own", null);
		}
		try {
			return MqttTopic.of(topic);
		}
		catch (IllegalArgumentException ex) {
			throw refused(topic, String.valueOf(ex.getMessage()), ex);
		}
	}

	/**
	 * The filter of a subscription.
	 * @param topic the topic, which may have wildcards
	 * @param options its queue and dead letter topic
	 * @return the filter, a shared one with a queue
	 */
	static String filter(String topic, SubscribeOptions options) {
		if (topic.startsWith(SHARED)) {
			throw refused(topic, "a shared subscription is a queue in the options", null);
		}
		String queue = options.queue();
		MqttTopicFilter filter;
		String wanted;
		try {
			filter = MqttTopicFilter.of(topic);
			wanted = queue.isEmpty() ? topic : filter.share(queue).toString();
		}
		catch (IllegalArgumentException ex) {
			throw refused(topic, String.valueOf(ex.getMessage()), ex);
		}
		String letters = options.deadLetter();
		if (!letters.isEmpty() && filter.matches(topic(letters))) {
			throw refused(topic, "dead letters at " + letters + " would come to its own subscriber", null);
		}
		return wanted;
	}

	private static BrokerException refused(String topic, String reason, @Nullable Throwable cause) {
		return BrokerException.refused("MQTT has no topic '" + topic + "' here: " + reason, cause);
	}

}
