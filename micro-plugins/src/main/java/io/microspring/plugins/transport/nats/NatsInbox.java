package io.microspring.plugins.transport.nats;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.nats.client.Message;

/**
 * The subjects that one process alone listens to, all of them by one subscription.
 */
final class NatsInbox {

	private final String prefix;

	private final Map<String, Consumer<Message>> routes = new ConcurrentHashMap<>();

	NatsInbox(String prefix) {
		this.prefix = prefix + ".";
	}

	/**
	 * Has a subject heard.
	 * @param token the last part of the subject
	 * @param listener hears what comes
	 */
	void route(String token, Consumer<Message> listener) {
		this.routes.put(token, listener);
	}

	void forget(String token) {
		this.routes.remove(token);
	}

	String subject(String token) {
		return this.prefix + token;
	}

	/** All subjects at once. */
	String all() {
		return this.prefix + "*";
	}

	/** Hands on what came; what nobody waits for any more is passed over. */
	void hear(Message message) {
		Consumer<Message> listener = this.routes.get(message.getSubject().substring(this.prefix.length()));
		if (listener != null) {
			listener.accept(message);
		}
	}

	/**
	 * What is asked of a process to find out whether it is there, by one of its inbox's
	 * subjects.
	 */
	static String alive(String subject) {
		int dot = subject.lastIndexOf('.');
		return subject.substring(0, dot + 1) + "alive";
	}

}
