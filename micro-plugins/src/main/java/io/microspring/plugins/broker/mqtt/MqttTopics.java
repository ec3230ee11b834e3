package io.microspring.plugins.broker.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import io.microspring.broker.Broker;
import io.microspring.broker.SubscribeOptions;

/**
 * Which topics and queues MQTT takes. Each method throws
 * {@link IllegalArgumentException}, with the reason.
 */
final class MqttTopics {

	private static final String SHARED = "$share/";

	private MqttTopics() {
	}

	static void requirePublishable(String topic) {
		Broker.requireTopic(topic);
		if (topic.startsWith("$")) {
			throw new IllegalArgumentException("topics that begin with $ are the server's own: " + topic);
		}
		MqttTopic.of(topic);
	}

	/**
	 * The filter of a subscription.
	 * @param topic the topic, which may have wildcards
	 * @param options its queue and dead letter topic
	 * @return the filter, a shared one with a queue
	 */
	static String filter(String topic, SubscribeOptions options) {
		if (topic.startsWith(SHARED)) {
			throw new IllegalArgumentException("a shared subscription is a queue in the options: " + topic);
		}
		MqttTopicFilter filter = MqttTopicFilter.of(topic);
		if (!options.deadLetter().isEmpty()) {
			requirePublishable(options.deadLetter());
			if (filter.matches(MqttTopic.of(options.deadLetter()))) {
				throw new IllegalArgumentException(
						"dead letters at " + options.deadLetter() + " would come to the subscriber of " + topic);
			}
		}
		String queue = options.queue();
		return queue.isEmpty() ? topic : filter.share(queue).toString();
	}

}
