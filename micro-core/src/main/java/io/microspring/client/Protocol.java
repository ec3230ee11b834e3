package io.microspring.client;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

import io.microspring.call.Deadline;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import org.jspecify.annotations.Nullable;

/**
 * Writes requests and reads answers as mucp has them (protocol reference §3.3, §3.5).
 */
final class Protocol {

	static final String ID = "go.micro.client";

	/** Headers that say what a message is: never a user's (protocol reference §3.3). */
	private static final String[] OWN = { Headers.STREAM, Headers.ERROR, Headers.TOPIC, Headers.TARGET, Headers.TIMEOUT,
			Headers.FALLBACK_PREFIX + Headers.STREAM, Headers.FALLBACK_PREFIX + Headers.TOPIC,
			Headers.FALLBACK_PREFIX + Headers.TARGET };

	/** What a go-micro handler answers whose deadline passed. */
	private static final String DEADLINE_EXCEEDED = "context deadline exceeded";

	private final Codecs codecs;

	private final String fromService;

	private final AtomicLong sequence = new AtomicLong();

	Protocol(Codecs codecs, String fromService) {
		this.codecs = codecs;
		this.fromService = fromService;
	}

	String nextId() {
		return Long.toString(this.sequence.getAndIncrement());
	}

	Codec codec(String contentType) {
		Codec codec = this.codecs.find(contentType);
		if (codec == null) {
			throw MicroException.internalServerError(ID, "Unsupported Content-Type: " + contentType + "; there are "
					+ String.join(", ", this.codecs.contentTypes()));
		}
		return codec;
	}

	/**
	 * The headers of a call apart from its time-out: metadata first, so that no entry of
	 * a user shadows our own, and without those that would make it something else.
	 */
	Metadata.Builder headers(Outgoing call, Metadata propagated, String contentType, String id) {
		Metadata.Builder headers = propagated.toBuilder().setAll(call.options().metadata());
		for (String name : OWN) {
			headers.remove(name);
		}
		if (!this.fromService.isEmpty()) {
			headers.set(Headers.FROM_SERVICE, this.fromService);
		}
		return headers.set(Headers.CONTENT_TYPE, contentType)
			.set(Headers.ACCEPT, contentType)
			.set(Headers.ID, id)
			.set(Headers.SERVICE, call.request().service())
			.set(Headers.METHOD, call.request().endpoint())
			.set(Headers.ENDPOINT, call.request().endpoint());
	}

	/**
	 * Refuses a node that serves another protocol.
	 * @param node the node
	 * @param call the call that is to be made
	 * @return the node
	 */
	static Node spokenBy(Node node, Outgoing call) {
		String protocol = node.metadata().get("protocol");
		if (protocol != null && !protocol.equals("mucp")) {
			throw MicroException.of(ID, 501, "node " + node.id() + " of " + call.request().service() + " speaks "
					+ protocol + ", this client speaks mucp");
		}
		return node;
	}

	static void timeout(Metadata.Builder headers, Deadline deadline) {
		if (!deadline.isNone()) {
			headers.set(Headers.TIMEOUT, Long.toString(Math.max(1, deadline.remainingNanos())));
		}
	}

	/**
	 * The error in an answer.
	 * @param answer the answer
	 * @return the error, or null when the answer is none
	 */
	static @Nullable MicroException error(Message answer) {
		String text = Headers.find(answer.headers(), Headers.ERROR);
		if (text != null && !text.isEmpty()) {
			return DEADLINE_EXCEEDED.equals(text) ? MicroException.timeout(ID, text) : MicroException.parse(text);
		}
		String status = answer.header(Headers.HTTP_STATUS);
		if (status == null || "200".equals(status)) {
			return null;
		}
		String body = new String(answer.body(), StandardCharsets.UTF_8).trim();
		MicroException error = MicroException.parse(body);
		return error.isPlain() ? MicroException.internalServerError(ID, status + ": " + body) : error;
	}

}
