package io.microspring.server;

import java.nio.charset.StandardCharsets;

import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * go-micro's own protocol: everything but the body is in headers (protocol reference
 * §3.3, §3.5, §3.6).
 */
final class MucpDialect implements Dialect {

	private final Metadata request;

	private final Codecs codecs;

	private final String endpoint;

	private final String contentType;

	MucpDialect(Metadata request, Codecs codecs) {
		this.request = request;
		this.codecs = codecs;
		String named = Headers.find(request, Headers.ENDPOINT);
		this.endpoint = (named != null) ? named : orEmpty(Headers.find(request, Headers.METHOD));
		this.contentType = request.getOrDefault(Headers.CONTENT_TYPE, Codecs.PROTOBUF);
	}

	@Override
	public Route route(Routes routes) {
		Route route = routes.find(this.endpoint);
		if (route == null) {
			throw routes.unknown(this.endpoint);
		}
		return route;
	}

	@Override
	public Codec codec() {
		Codec codec = this.codecs.find(this.contentType);
		if (codec == null) {
			throw MicroException.of("go.micro.server", 415, "Unsupported Content-Type: " + this.contentType);
		}
		return codec;
	}

	@Override
	public Message success(Message body, Metadata headers) {
		Metadata.Builder reply = Metadata.builder().setAll(headers).setAll(body.headers());
		String id = this.request.get(Headers.ID);
		if (id != null) {
			reply.set(Headers.ID, id).set(Headers.FALLBACK_PREFIX + Headers.ID, id);
		}
		if (body.body().length > 0) {
			reply.set(Headers.CONTENT_TYPE, this.contentType);
		}
		return new Message(reply.build(), body.body());
	}

	@Override
	public Message failure(MicroException error) {
		String text = error.toText();
		if (text.isBlank() || text.equals(Headers.END_OF_STREAM)) {
			// On the wire these are no error, and the good end of a stream.
			text = "error: " + text.strip();
		}
		Metadata.Builder reply = Metadata.builder();
		copy(Headers.ID, reply);
		copy(Headers.STREAM, reply);
		reply.set(Headers.ERROR, text).set(Headers.FALLBACK_PREFIX + Headers.ERROR, text);
		if (error.code() == 415) {
			// go-micro answers the bare text without an error; a client that looks for
			// either understands this.
			reply.set(Headers.CONTENT_TYPE, "text/plain");
			return new Message(reply.build(), error.detail().getBytes(StandardCharsets.UTF_8));
		}
		reply.set(Headers.CONTENT_TYPE, this.contentType);
		return Message.of(reply.build());
	}

	@Override
	public Message part(Message body) {
		Metadata.Builder reply = streamHeaders().setAll(body.headers());
		if (body.body().length > 0) {
			reply.set(Headers.CONTENT_TYPE, this.contentType);
		}
		return new Message(reply.build(), body.body());
	}

	@Override
	public Message end() {
		return Message.of(streamHeaders().set(Headers.CONTENT_TYPE, this.contentType)
			.set(Headers.ERROR, Headers.END_OF_STREAM)
			.set(Headers.FALLBACK_PREFIX + Headers.ERROR, Headers.END_OF_STREAM)
			.build());
	}

	@Override
	public boolean ordered() {
		return false;
	}

	@Override
	public boolean streams() {
		return true;
	}

	private Metadata.Builder streamHeaders() {
		Metadata.Builder reply = Metadata.builder();
		copy(Headers.STREAM, reply);
		for (String name : new String[] { Headers.ID, Headers.SERVICE, Headers.METHOD, Headers.ENDPOINT }) {
			String value = this.request.get(name);
			if (value != null) {
				reply.set(name, value).set(Headers.FALLBACK_PREFIX + name, value);
			}
		}
		return reply;
	}

	private void copy(String name, Metadata.Builder reply) {
		String value = this.request.get(name);
		if (value != null) {
			reply.set(name, value);
		}
	}

	private static String orEmpty(@Nullable String value) {
		return (value == null) ? "" : value;
	}

}
