package io.microspring.server;

import java.util.function.BiConsumer;

import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a request say that go-micro gives a meaning, read in one pass
 * instead of a search for each. A {@code Micro-} header counts before its {@code X-}
 * form.
 */
final class RequestHead implements BiConsumer<String, String> {

	private static final String MICRO = "Micro-";

	private static final String FALLBACK = "X-Micro-";

	@Nullable String path;

	@Nullable String connection;

	@Nullable String contentType;

	@Nullable String timeout;

	/** Whether there is any header of go-micro's. */
	boolean micro;

	@Nullable String service;

	@Nullable String endpoint;

	@Nullable String method;

	@Nullable String stream;

	@Nullable String topic;

	@Nullable String target;

	@Nullable String protocol;

	/** These have no other form. */
	@Nullable String id;

	@Nullable String error;

	private RequestHead() {
	}

	static RequestHead of(Metadata headers) {
		RequestHead head = new RequestHead();
		headers.forEach(head);
		return head;
	}

	/** What a stream's messages have in common, empty when there is no such thing. */
	String key() {
		return (this.stream != null) ? this.stream : (this.id != null) ? this.id : "";
	}

	@Override
	public void accept(String name, String value) {
		if (is(name, 0, MICRO)) {
			own(name, value);
			return;
		}
		if (is(name, 0, FALLBACK)) {
			fallback(name, value);
			return;
		}
		switch (name.length()) {
			case 5 -> this.path = is(name, 0, ":path") ? value : this.path;
			case 7 -> this.timeout = is(name, 0, "Timeout") ? value : this.timeout;
			case 10 -> this.connection = is(name, 0, "Connection") ? value : this.connection;
			case 12 -> this.contentType = is(name, 0, "Content-Type") ? value : this.contentType;
			default -> {
			}
		}
	}

	private void own(String name, String value) {
		this.micro = true;
		int from = MICRO.length();
		switch (name.length() - from) {
			case 2 -> this.id = is(name, from, "Id") ? value : this.id;
			case 5 -> {
				this.error = is(name, from, "Error") ? value : this.error;
				this.topic = is(name, from, "Topic") ? value : this.topic;
			}
			case 6 -> {
				this.stream = is(name, from, "Stream") ? value : this.stream;
				this.method = is(name, from, "Method") ? value : this.method;
				this.target = is(name, from, "Target") ? value : this.target;
			}
			case 7 -> this.service = is(name, from, "Service") ? value : this.service;
			case 8 -> {
				this.endpoint = is(name, from, "Endpoint") ? value : this.endpoint;
				this.protocol = is(name, from, "Protocol") ? value : this.protocol;
			}
			default -> {
			}
		}
	}

	private void fallback(String name, String value) {
		this.micro = true;
		int from = FALLBACK.length();
		switch (name.length() - from) {
			case 5 -> this.topic = (this.topic == null && is(name, from, "Topic")) ? value : this.topic;
			case 6 -> {
				this.stream = (this.stream == null && is(name, from, "Stream")) ? value : this.stream;
				this.method = (this.method == null && is(name, from, "Method")) ? value : this.method;
				this.target = (this.target == null && is(name, from, "Target")) ? value : this.target;
			}
			case 7 -> this.service = (this.service == null && is(name, from, "Service")) ? value : this.service;
			case 8 -> {
				this.endpoint = (this.endpoint == null && is(name, from, "Endpoint")) ? value : this.endpoint;
				this.protocol = (this.protocol == null && is(name, from, "Protocol")) ? value : this.protocol;
			}
			default -> {
			}
		}
	}

	private static boolean is(String name, int from, String word) {
		return name.regionMatches(true, from, word, 0, word.length());
	}

}
