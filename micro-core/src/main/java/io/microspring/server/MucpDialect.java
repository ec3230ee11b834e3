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
 * §3.3, §3.5, §3.6), or in older go-micro's envelope around the body.
 */
final class MucpDialect implements Dialect {

	private static final String FALLBACK_ID = Headers.FALLBACK_PREFIX + Headers.ID;

	private final Message message;

	private final RequestHead head;

	private final Metadata request;

	private final String contentType;

	private final Codecs codecs;

	private final @Nullable Codec codec;

	private Codec.@Nullable Incoming incoming;

	private @Nullable String id;

	MucpDialect(Message message, RequestHead head, Codecs codecs, boolean legacy) {
		this.message = message;
		this.head = head;
		this.request = message.headers();
		this.contentType = (head.contentType != null) ? head.contentType : Codecs.PROTOBUF;
		this.codecs = codecs;
		this.codec = codecs.find(legacy ? Codecs.enveloped(this.contentType) : this.contentType);
	}

	/**
	 * Whether a content type means its envelope (protocol reference §3.2): the request
	 * names no endpoint in its headers, or a target, and no protocol.
	 * @param head the headers of a mucp request
	 * @return true when it does
	 */
	static boolean isLegacy(RequestHead head) {
		boolean named = head.endpoint != null || head.method != null || head.service != null;
		return (!named || head.target != null) && head.protocol == null;
	}

	@Override
	public Route route(Routes routes) {
		String endpoint = endpoint();
		Route route = routes.find(endpoint);
		if (route == null) {
			throw routes.unknown(endpoint);
		}
		return route;
	}

	@Override
	public Codec codec() {
		if (this.codec == null) {
			throw this.codecs.unsupported("go.micro.server", this.contentType);
		}
		return this.codec;
	}

	@Override
	public Codec.Incoming read(Message message) {
		Codec.Incoming read = this.incoming;
		if (read == null) {
			read = codec().read(Codec.Kind.REQUEST, message);
			this.incoming = read;
			this.id = id(read.header().id());
		}
		return read;
	}

	@Override
	public Codec.Header answer() {
		return new Codec.Header(Codec.Kind.RESPONSE, orEmpty(this.id), "", "", null, echo());
	}

	@Override
	public Codec.Header ofPart() {
		return new Codec.Header(Codec.Kind.RESPONSE, orEmpty(id("")), this.request.getOrDefault(Headers.SERVICE, ""),
				endpoint(), null);
	}

	@Override
	public Message success(Message body, Metadata headers) {
		Metadata.Builder reply = Metadata.builder(3).setAll(headers).setAll(body.headers());
		// None of these can be there: the server's own are not for handlers to set.
		String id = this.id;
		if (id != null) {
			reply.add(Headers.ID, id).add(FALLBACK_ID, id);
		}
		if (body.body().length > 0) {
			reply.add(Headers.CONTENT_TYPE, this.contentType);
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
		if (this.codec == null) {
			// go-micro answers the bare text without an error; a client that looks for
			// either understands this.
			reply.set(Headers.CONTENT_TYPE, "text/plain");
			return new Message(reply.build(), error.detail().getBytes(StandardCharsets.UTF_8));
		}
		return failure(reply.set(Headers.CONTENT_TYPE, this.contentType), text);
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
		return failure(streamHeaders().set(Headers.CONTENT_TYPE, this.contentType)
			.set(Headers.ERROR, Headers.END_OF_STREAM)
			.set(Headers.FALLBACK_PREFIX + Headers.ERROR, Headers.END_OF_STREAM), Headers.END_OF_STREAM);
	}

	@Override
	public boolean ordered() {
		return false;
	}

	@Override
	public boolean streams() {
		return true;
	}

	private String endpoint() {
		String named = (this.head.endpoint != null) ? this.head.endpoint : this.head.method;
		return (named != null) ? named : read(this.message).header().endpoint();
	}

	/** An envelope repeats the error, and says nothing else (protocol reference §3.5). */
	private Message failure(Metadata.Builder reply, String text) {
		if (this.codec == null) {
			return Message.of(reply.build());
		}
		Message body = this.codec.write(new Codec.Header(Codec.Kind.ERROR, "", "", "", text, echo()), null);
		return new Message(reply.setAll(body.headers()).build(), body.body());
	}

	private @Nullable Object echo() {
		Codec.Incoming read = this.incoming;
		return (read == null) ? null : read.header().echo();
	}

	/** What an envelope says comes before the header, as in go-micro. */
	private @Nullable String id(String enveloped) {
		String named = this.head.id;
		return (enveloped.isEmpty() || (named != null && enveloped.equals("0"))) ? named : enveloped;
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
