package io.microspring.broker;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * What the generations of go-micro's http broker do differently (protocol reference
 * §9.1).
 */
enum HttpDialect {

	/** go-micro v2.5 and newer. */
	NEWEST("micro.http.broker", "/", Headers.TOPIC);

	private static final String ID = "id=";

	private final String service;

	private final String path;

	private final String topicHeader;

	HttpDialect(String service, String path, String topicHeader) {
		this.service = service;
		this.path = path;
		this.topicHeader = topicHeader;
	}

	/** The name that subscriptions are registered under. */
	String service() {
		return this.service;
	}

	/** The path that messages for a subscription are posted to. */
	String path(String subscription) {
		return this.path + "?" + ID + URLEncoder.encode(subscription, StandardCharsets.UTF_8);
	}

	/** The subscription that a path names; empty when it names none. */
	static String subscription(String path) {
		int query = path.indexOf('?');
		if (query >= 0) {
			for (String parameter : path.substring(query + 1).split("&")) {
				if (parameter.startsWith(ID)) {
					return decoded(parameter.substring(ID.length()));
				}
			}
		}
		return "";
	}

	private static String decoded(String text) {
		try {
			return URLDecoder.decode(text, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return "";
		}
	}

	/** The message as it travels. */
	Message addressed(Message message, String topic) {
		return message.withHeader(this.topicHeader, topic);
	}

	/** The topic of a message that arrived, or null when it has none. */
	@Nullable String topic(Message message) {
		String topic = message.header(this.topicHeader);
		return (topic == null || topic.isEmpty()) ? null : topic;
	}

}
