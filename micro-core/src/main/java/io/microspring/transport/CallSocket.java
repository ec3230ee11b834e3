package io.microspring.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.StreamOutbox.Outgoing;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC call: headers, messages with their lengths in front, trailers.
 */
final class CallSocket extends StreamSocket {

	/** What such a call is spoken in. */
	static final String PROTOCOL = "grpc";

	static final String CONTENT_TYPE = "application/grpc";

	private static final String ENCODING = "grpc-encoding";

	private static final AsciiString ACCEPT_ENCODING = AsciiString.cached("grpc-accept-encoding");

	private static final String STATUS = "grpc-status";

	private static final String AUTHORITY = ":authority";

	/** The headers of a message that came compressed. */
	private static final Metadata COMPRESSED = Metadata.of(Headers.COMPRESSED, "true");

	private static final String PROTO = CONTENT_TYPE + "+proto";

	/** How most answers begin, and end; never changed. */
	private static final Http2Headers OPENING = HeaderBlock.empty()
		.status("200")
		.set(HttpHeaderNames.CONTENT_TYPE, AsciiString.cached(PROTO));

	private static final Http2Headers TRAILERS = HeaderBlock.empty()
		.set(AsciiString.cached(STATUS), AsciiString.cached("0"));

	private static final Metadata END = Metadata.of(Headers.END, "");

	private static final int DEADLINE_EXCEEDED = 4;

	private static final int RESOURCE_EXHAUSTED = 8;

	private static final int UNIMPLEMENTED = 12;

	private static final int INTERNAL = 13;

	/** How much is kept of what a peer says that is no gRPC. */
	private static final int MAX_FOREIGN = 16 * 1024;

	/** From any thread: whether what is sent is compressed. */
	private volatile boolean compressing;

	/** The peer's opening, until it is there. */
	private @Nullable Message head;

	private @Nullable GrpcDeframer deframer;

	/** What a peer says that does not speak gRPC after all. */
	private @Nullable Body foreign;

	/** Whether nothing more is delivered, though more may come. */
	private boolean deaf;

	private boolean openingWritten;

	/** From any thread: the largest message. */
	private volatile int limit;

	CallSocket(Http2Session session) {
		super(session);
		this.limit = this.options.maxMessageSize();
	}

	/** What a message of the grpc transport carries has headers of its own. */
	private void limitBy(@Nullable String path) {
		if (path != null && GrpcTransport.isPath(path)) {
			this.limit = GrpcEnvelope.limit(this.options);
		}
	}

	@Override
	public void send(Message message) {
		this.session.outbox().add(prepare(message));
	}

	@Override
	public void sendAll(List<Message> messages) {
		List<Outgoing> prepared = new ArrayList<>(messages.size());
		try {
			for (Message message : messages) {
				prepared.add(prepare(message));
			}
		}
		finally {
			this.session.outbox().addAll(prepared);
		}
	}

	private Outgoing prepare(Message message) {
		Metadata headers = message.headers();
		boolean last = headers.contains(Headers.END);
		if (headers.contains(isServer() ? Headers.HTTP_STATUS : Headers.CALL_PROTOCOL)) {
			checkOpening(headers);
			this.compressing = Gzip.NAME.equals(headers.get(ENCODING));
		}
		checkSize(message.body(), this.limit);
		boolean compress = this.compressing && message.body().length > 0
				&& !"false".equals(headers.get(Headers.COMPRESSED));
		return outgoing(compress ? new Message(headers, Gzip.deflate(message.body())) : message, compress, last);
	}

	private void checkOpening(Metadata headers) {
		if (isServer()) {
			HeaderNames.checkStatus(headers.get(Headers.HTTP_STATUS));
		}
		else if (!PROTOCOL.equals(headers.get(Headers.CALL_PROTOCOL))) {
			throw new IllegalArgumentException(
					"A stream of HTTP/2 carries " + PROTOCOL + ", not " + headers.get(Headers.CALL_PROTOCOL));
		}
		else {
			HeaderNames.checkPath(headers.get(Headers.PATH));
			limitBy(headers.get(Headers.PATH));
		}
	}

	// outgoing

	@Override
	void write(Outgoing outgoing) {
		Message message = Objects.requireNonNull(outgoing.message());
		if (isOver()) {
			unqueue(counted(message));
		}
		else if (isServer()) {
			answer(message, outgoing.compressed());
		}
		else {
			ask(message, outgoing.compressed());
		}
	}

	private void ask(Message message, boolean compressed) {
		Metadata headers = message.headers();
		boolean last = headers.contains(Headers.END);
		if (last) {
			localEnded();
		}
		if (!this.openingWritten) {
			this.openingWritten = true;
			this.session.streams().open(this, request(headers), last);
			unqueue(counted(message));
		}
		else if (!last || message.body().length > 0) {
			this.session.streams().writeData(this, frame(message, compressed), last);
		}
		else {
			this.session.streams()
				.writeData(this, new Outflow.Part(Outflow.Part.NONE, Outflow.Part.NONE, counted(message)), true);
		}
	}

	private void answer(Message message, boolean compressed) {
		Metadata headers = message.headers();
		if (headers.contains(Headers.END)) {
			end(headers, counted(message));
			return;
		}
		if (!this.openingWritten && headers.contains(Headers.HTTP_STATUS)) {
			opening(headers, counted(message));
			return;
		}
		if (!this.openingWritten) {
			opening(Metadata.empty(), 0);
		}
		this.session.streams().writeData(this, frame(message, compressed), false);
	}

	private void opening(Metadata headers, int counted) {
		this.openingWritten = true;
		this.session.streams().writeHeaders(this, response(headers), false, counted);
	}

	private void end(Metadata trailers, int counted) {
		Http2Headers block = TRAILERS;
		if (!this.openingWritten) {
			block = response(trailers);
		}
		else if (trailers.size() > 2 || !trailers.contains(Headers.END) || !"0".equals(trailers.get(STATUS))) {
			block = HeaderBlock.empty();
			HeaderBlock.write(trailers, block);
		}
		this.openingWritten = true;
		localEnded();
		this.session.streams().writeHeaders(this, block, true, counted);
	}

	private Http2Headers request(Metadata headers) {
		Http2Headers block = HeaderBlock.empty()
			.method(headers.getOrDefault(Headers.HTTP_METHOD, "POST"))
			.scheme(this.session.scheme())
			.path(headers.getOrDefault(Headers.PATH, "/"))
			.authority(headers.getOrDefault(AUTHORITY, this.session.authority()));
		block.set(HttpHeaderNames.CONTENT_TYPE, CONTENT_TYPE);
		block.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
		block.set(HttpHeaderNames.USER_AGENT, "micro-spring-boot");
		block.set(ACCEPT_ENCODING, Gzip.NAME);
		HeaderBlock.write(headers, block);
		return block;
	}

	private Http2Headers response(Metadata headers) {
		Message asked = this.head;
		String contentType = (asked == null) ? CONTENT_TYPE
				: asked.headers().getOrDefault("content-type", CONTENT_TYPE);
		if (contentType.equals(PROTO) && headers.size() == 1 && "200".equals(headers.get(Headers.HTTP_STATUS))) {
			return OPENING;
		}
		Http2Headers block = HeaderBlock.empty().status(headers.getOrDefault(Headers.HTTP_STATUS, "200"));
		block.set(HttpHeaderNames.CONTENT_TYPE, contentType);
		HeaderBlock.write(headers, block);
		return block;
	}

	private static Outflow.Part frame(Message message, boolean compressed) {
		return new Outflow.Part(GrpcDeframer.prefix(message.body().length, compressed), message.body(),
				counted(message));
	}

	@Override
	void writeFailure(MicroException error) {
		int status = switch (error.code()) {
			case 501 -> UNIMPLEMENTED;
			case 408 -> DEADLINE_EXCEEDED;
			case 429 -> RESOURCE_EXHAUSTED;
			default -> INTERNAL;
		};
		Metadata.Builder trailers = Metadata.builder()
			.set(STATUS, Integer.toString(status))
			.set("grpc-message", error.detail().replace("%", "%25"));
		if (status == UNIMPLEMENTED) {
			trailers.set(ACCEPT_ENCODING.toString(), "identity," + Gzip.NAME);
		}
		end(trailers.build(), 0);
	}

	// incoming

	@Override
	void headers(Http2Headers block, boolean end) throws Http2Exception {
		int id = Objects.requireNonNull(stream()).id();
		CharSequence status = block.status();
		if (!isServer() && this.head == null && !end && status != null && status.length() > 0
				&& status.charAt(0) == '1') {
			// 100 Continue and its like announce the answer
			return;
		}
		Metadata.Builder headers = HeaderBlock.read(id, block);
		if (this.head != null) {
			trailers(headers.set(Headers.END, "").build());
			return;
		}
		if (isServer()) {
			headers.set(Headers.CALL_PROTOCOL, PROTOCOL)
				.set(Headers.HTTP_METHOD, String.valueOf(block.method()))
				.set(Headers.PATH, String.valueOf(block.path()));
			if (block.authority() != null) {
				headers.set(AUTHORITY, block.authority().toString());
			}
			limitBy(String.valueOf(block.path()));
		}
		else {
			headers.set(Headers.HTTP_STATUS, String.valueOf(status));
		}
		if (end && !isServer()) {
			headers.set(Headers.END, "");
		}
		opened(Message.of(headers.build()), end);
	}

	private void opened(Message opening, boolean end) {
		this.head = opening;
		String encoding = opening.header(ENCODING);
		if (isGrpc(opening.header(Headers.CONTENT_TYPE))) {
			if (encoding != null && !encoding.equals(Gzip.NAME) && !encoding.equals("identity")) {
				refuse(MicroException.of(HttpSocket.ID, 501,
						"grpc-encoding " + printable(encoding) + " is not known here, only identity and " + Gzip.NAME));
				return;
			}
			this.deframer = new GrpcDeframer(this.limit, encoding);
		}
		else {
			this.foreign = new Body(0);
		}
		delivery().hand((receiver) -> receiver.onMessage(opening));
		if (end && isServer()) {
			inputEnded();
		}
	}

	private static String printable(String text) {
		return text.replaceAll("[^!-~]", "?");
	}

	@Override
	void inputEnded() {
		trailers(END);
	}

	private void trailers(Metadata trailers) {
		delivery().hand((receiver) -> end(receiver, Message.of(trailers)));
	}

	private void end(Receiver receiver, Message end) {
		if (this.deaf) {
			return;
		}
		Body rest = this.foreign;
		if (rest != null) {
			byte[] bytes = rest.take();
			if (bytes.length > 0) {
				receiver.onMessage(new Message(Metadata.empty(), bytes));
			}
		}
		if (isPartial() && (isServer() || "0".equals(end.headers().getOrDefault(STATUS, "0")))) {
			refuse(MicroException.internalServerError(HttpSocket.ID, "the call ended within a message"));
			return;
		}
		receiver.onMessage(end);
	}

	@Override
	boolean isPartial() {
		return !this.deaf && this.deframer != null && this.deframer.isPartial();
	}

	@Override
	public @Nullable Consumer<Receiver> decode(ByteBuf data) {
		GrpcDeframer messages = this.deframer;
		if (this.deaf || messages == null) {
			drain(data);
			return null;
		}
		try {
			int before = data.readableBytes();
			boolean whole = messages.read(data);
			decoded(before - data.readableBytes(), whole);
			if (!whole) {
				return null;
			}
			boolean compressed = messages.isCompressed();
			byte[] body = messages.take();
			if (compressed) {
				this.share.inflated(body.length);
			}
			Message message = compressed ? new Message(COMPRESSED, body) : new Message(Metadata.empty(), body);
			return (receiver) -> receiver.onMessage(message);
		}
		catch (MicroException ex) {
			this.deaf = true;
			data.skipBytes(data.readableBytes());
			if (ex.code() != 413) {
				refuse(ex);
				return null;
			}
			Message refused = Objects.requireNonNull(this.head);
			return (receiver) -> receiver.onRefused(refused, ex);
		}
	}

	private void drain(ByteBuf data) {
		Body rest = this.foreign;
		if (rest != null && rest.length() < MAX_FOREIGN) {
			rest.append(data.slice(data.readerIndex(), Math.min(data.readableBytes(), MAX_FOREIGN)));
		}
		data.skipBytes(data.readableBytes());
	}

	static boolean isGrpc(@Nullable CharSequence contentType) {
		if (contentType == null || contentType.length() < CONTENT_TYPE.length()) {
			return false;
		}
		String type = contentType.toString().toLowerCase(Locale.ROOT);
		return type.startsWith(CONTENT_TYPE) && (type.length() == CONTENT_TYPE.length()
				|| type.charAt(CONTENT_TYPE.length()) == '+' || type.charAt(CONTENT_TYPE.length()) == ';');
	}

}
