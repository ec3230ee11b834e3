package io.microspring.transport;

import java.util.Objects;
import java.util.function.Consumer;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.StreamOutbox.Outgoing;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * A request that is a single message, and its answer, which is another: what HTTP/1.1
 * carries, on a stream of its own.
 */
final class RequestSocket extends StreamSocket {

	private Message head = Message.of(Metadata.empty());

	private Body body = new Body(0);

	private long bodySize;

	private boolean receiving;

	private boolean refused;

	RequestSocket(Http2Session session) {
		super(session);
	}

	@Override
	public void send(Message message) {
		checkSize(message.body(), this.options.maxMessageSize());
		HeaderNames.checkStatus(message.header(Headers.HTTP_STATUS));
		this.session.outbox().add(outgoing(message, false, true));
	}

	@Override
	void write(Outgoing outgoing) {
		Message message = Objects.requireNonNull(outgoing.message());
		if (isOver()) {
			unqueue(counted(message));
		}
		else {
			answer(message, counted(message));
		}
	}

	private void answer(Message message, int counted) {
		Metadata headers = message.headers();
		Http2Headers block = HeaderBlock.empty().status(headers.getOrDefault(Headers.HTTP_STATUS, "200"));
		block.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(message.body().length));
		HeaderBlock.write(headers, block);
		boolean bodyless = message.body().length == 0 || "HEAD".equals(this.head.header(Headers.HTTP_METHOD));
		localEnded();
		this.session.streams().writeHeaders(this, block, bodyless, bodyless ? counted : 0);
		if (!bodyless) {
			this.session.streams().writeData(this, new Outflow.Part(Outflow.Part.NONE, message.body(), counted), true);
		}
		if ("close".equalsIgnoreCase(headers.get("Connection"))) {
			// What ends a connection of HTTP/1.1 lets this one finish what is under way.
			this.session.goAway();
		}
	}

	@Override
	void writeFailure(MicroException error) {
		Message refusal = HttpSocket.refusal(error);
		answer(new Message(refusal.headers().without("Connection"), refusal.body()), 0);
	}

	@Override
	void headers(Http2Headers block, boolean end) throws Http2Exception {
		if (this.receiving) {
			// trailers, which no message has
			inputEnded();
			return;
		}
		this.receiving = true;
		int id = Objects.requireNonNull(stream()).id();
		this.head = Message.of(HeaderBlock.readCanonical(id, block)
			.set(Headers.HTTP_METHOD, String.valueOf(block.method()))
			.set(Headers.PATH, String.valueOf(block.path()))
			.build());
		if (end) {
			inputEnded();
		}
	}

	/**
	 * The request has come already, over HTTP/1.1.
	 * @param request the request
	 */
	void received(Message request) {
		this.head = Message.of(request.headers());
		delivery().hand((receiver) -> receiver.onMessage(request));
	}

	@Override
	void inputEnded() {
		this.receiving = false;
		decoded(0, true);
		delivery().hand((receiver) -> {
			if (!this.refused) {
				receiver.onMessage(new Message(this.head.headers(), this.body.take()));
			}
		});
	}

	@Override
	boolean isPartial() {
		return this.receiving && !this.refused;
	}

	@Override
	public @Nullable Consumer<Receiver> decode(ByteBuf data) {
		int size = data.readableBytes();
		this.bodySize += size;
		if (this.refused) {
			data.skipBytes(size);
			return null;
		}
		if (this.bodySize <= this.options.maxMessageSize()) {
			this.body.append(data);
			data.skipBytes(size);
			decoded(size, false);
			return null;
		}
		this.refused = true;
		this.body = new Body(0);
		data.skipBytes(size);
		MicroException error = MicroException.of(HttpSocket.ID, 413, "a message of " + this.bodySize
				+ " bytes or more is refused: the limit is " + this.options.maxMessageSize());
		return (receiver) -> receiver.onRefused(this.head, error);
	}

}
