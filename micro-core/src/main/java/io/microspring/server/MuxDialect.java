package io.microspring.server;

import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;

/**
 * A stream on a connection that calls share: mucp's headers, once, and the messages by
 * themselves.
 */
final class MuxDialect implements CallDialect {

	static final String PROTOCOL = "mux";

	private static final Message END = Message.of(Metadata.of(Headers.END, ""));

	private final Metadata request;

	private final String contentType;

	private final Codecs codecs;

	MuxDialect(Metadata request, Codecs codecs) {
		this.request = request;
		this.contentType = request.getOrDefault(Headers.CONTENT_TYPE, Codecs.PROTOBUF);
		this.codecs = codecs;
	}

	/** The endpoint that the headers of a call name. */
	static Route route(Metadata headers, Routes routes) {
		String endpoint = headers.getOrDefault(Headers.ENDPOINT, "");
		Route route = routes.find(endpoint);
		if (route == null) {
			throw routes.unknown(endpoint);
		}
		return route;
	}

	/** The codec of a content type. */
	static Codec codec(Codecs codecs, String contentType) {
		Codec codec = codecs.find(contentType);
		if (codec == null) {
			throw codecs.unsupported("go.micro.server", contentType);
		}
		return codec;
	}

	/** An error's text, which is never empty. */
	static String text(MicroException error) {
		String text = error.toText();
		return text.isBlank() ? "error: " + text.strip() : text;
	}

	@Override
	public Metadata request() {
		return this.request;
	}

	@Override
	public Route route(Routes routes) {
		return route(this.request, routes);
	}

	@Override
	public Codec codec() {
		return codec(this.codecs, this.contentType);
	}

	@Override
	public Message opening(Metadata headers) {
		return Message.of(headers.with(Headers.HTTP_STATUS, "200"));
	}

	@Override
	public Message part(Message body) {
		return body.headers().isEmpty() ? body : new Message(Metadata.empty(), body.body());
	}

	@Override
	public Message failure(MicroException error) {
		return Message.of(Metadata.of(Headers.END, "", Headers.ERROR, text(error)));
	}

	@Override
	public Message end() {
		return END;
	}

}
