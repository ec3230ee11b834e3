package io.microspring.broker;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * What the generations of go-micro's http broker do differently (protocol reference
 * §9.1). Go's speak one each and do not reach the other; this one speaks both at once, to
 * each subscriber the first that reaches it.
 */
enum HttpDialect {

	/** go-micro v2.5 and newer. */
	NEWEST("micro.http.broker", "/", Headers.TOPIC),

	/**
	 * go-micro v1: its header of the topic is the broker's own, handlers do not see it.
	 */
	V1("go.micro.http.broker", "/_sub", ":topic");

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

	/** The dialect of a publisher who posts to a path: v2 and newer take any. */
	static HttpDialect of(String path) {
		int end = path.indexOf('?');
		return ((end < 0) ? path : path.substring(0, end)).equals(V1.path) ? V1 : NEWEST;
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

	/** A message that arrived, as its handler gets it. */
	Message received(Message message) {
		return (this != V1) ? message
				: new Message(message.headers().toBuilder().remove(this.topicHeader).build(), message.body());
	}

}
