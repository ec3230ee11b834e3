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
 * A call on a WebSocket, for browsers: {@code GET /Say/Bidi}, each text frame a message
 * in JSON, each binary one in protobuf. Not go-micro's; its users have the gateway for
 * this.
 * <p>
 * Answers have the form of the first message that the handler took; before that, of the
 * handshake's {@code Content-Type}, which is JSON when absent.
 */
final class WebSocketDialect implements CallDialect {

	/** What {@link Headers#CALL_PROTOCOL} says of such a call. */
	static final String PROTOCOL = "websocket";

	private static final String ID = "go.micro.server";

	private static final String FAILED = "1011";

	private static final Message END = Message.of(Metadata.of(Headers.END, "1000"));

	/** An empty binary frame: a half-close, and the empty message of protobuf. */
	private static final Message EMPTY = Message.of(Metadata.of(Headers.CONTENT_TYPE, Codecs.PROTOBUF));

	private final Metadata request;

	private final Codecs codecs;

	/** The content type of the first message; null before. */
	private volatile @Nullable String form;

	WebSocketDialect(Metadata request, Codecs codecs) {
		this.request = request;
		this.codecs = codecs;
	}

	@Override
	public Metadata request() {
		return this.request;
	}

	@Override
	public Route route(Routes routes) {
		String path = PlainJsonDialect.path(this.request);
		Route route = routes.find(PlainJsonDialect.endpoint(path));
		if (route == null) {
			throw PlainJsonDialect.nothingAt(path, routes);
		}
		return route;
	}

	@Override
	public Codec codec() {
		return new ByFrame();
	}

	@Override
	public Message opening(Metadata headers) {
		return Message.of(headers.with(Headers.HTTP_STATUS, "101"));
	}

	/** The caller says nothing before its handshake is answered. */
	@Override
	public boolean opensAtOnce() {
		return true;
	}

	@Override
	public Message emptyRequest() {
		return EMPTY;
	}

	@Override
	public Message part(Message body) {
		byte[] bytes = body.body();
		if (bytes.length == 0 && contentType().equals(Codecs.JSON)) {
			bytes = "{}".getBytes(StandardCharsets.UTF_8);
		}
		return new Message(Metadata.of(Headers.CONTENT_TYPE, contentType()), bytes);
	}

	@Override
	public Message failure(MicroException error) {
		Message answer = PlainJsonDialect.answer(error);
		return new Message(answer.headers().with(Headers.END, FAILED), answer.body());
	}

	@Override
	public Message end() {
		return END;
	}

	private String contentType() {
		String first = this.form;
		return (first != null) ? first : form(this.request.getOrDefault(Headers.CONTENT_TYPE, Codecs.JSON));
	}

	private static String form(String contentType) {
		boolean protobuf = contentType.regionMatches(true, 0, Codecs.PROTOBUF, 0, Codecs.PROTOBUF.length());
		return protobuf ? Codecs.PROTOBUF : Codecs.JSON;
	}

	private Codec codec(String contentType) {
		Codec codec = this.codecs.find(contentType);
		if (codec == null) {
			throw this.codecs.unsupported(ID, contentType);
		}
		return codec;
	}

	/** Reads each frame as what it is, and writes what the first one was. */
	private final class ByFrame implements Codec {

		@Override
		public String name() {
			return PROTOCOL;
		}

		@Override
		public Message write(Header header, @Nullable Object body) {
			return codec(contentType()).write(header, body);
		}

		@Override
		public Incoming read(Kind kind, Message message) {
			String contentType = message.headers().get(Headers.CONTENT_TYPE);
			if (contentType == null) {
				return codec(contentType()).read(kind, message);
			}
			if (WebSocketDialect.this.form == null) {
				WebSocketDialect.this.form = form(contentType);
			}
			return codec(form(contentType)).read(kind, message);
		}

	}

}
