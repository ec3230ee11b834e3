package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * Puts the pieces of an HTTP message together for a socket, within the limits, and
 * watches over the time-outs of its connection.
 */
final class HttpReader extends ChannelInboundHandlerAdapter {

	/** A body over the limit is read and dropped up to this many times the limit. */
	private static final int DRAINED = 8;

	private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private final HttpSocket socket;

	private final HttpOptions options;

	private final MessageDecoder decoder;

	private final @Nullable Upgrade upgrade;

	private @Nullable Metadata head;

	/** What a handshake's key is answered with, when the message is one. */
	private @Nullable String accept;

	/** What a caller says that goes over to HTTP/2 with its first message. */
	private @Nullable Http2Settings http2;

	/** Whether the caller asks to go over to frames. */
	private boolean multiplex;

	private Body body = new Body(0);

	private long bodySize;

	private @Nullable ScheduledFuture<?> idle;

	private @Nullable ScheduledFuture<?> slow;

	/** How many messages have been read: tells one partial message from the next. */
	private long complete;

	/**
	 * A reader.
	 * @param socket is given the messages
	 * @param options the limits
	 * @param decoder what stands in front of it
	 * @param upgrade makes a WebSocket of the connection; null on a client
	 */
	HttpReader(HttpSocket socket, HttpOptions options, MessageDecoder decoder, @Nullable Upgrade upgrade) {
		this.socket = socket;
		this.options = options;
		this.decoder = decoder;
		this.upgrade = upgrade;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		scheduleIdle(ctx, this.options.idleTimeout().toNanos());
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object piece) {
		try {
			if (this.socket.isDeaf()) {
				return;
			}
			this.socket.beginReading();
			if (piece instanceof Message whole) {
				this.complete++;
				this.socket.received(whole);
				return;
			}
			if (piece instanceof HttpMessage message) {
				begin(ctx, message);
			}
			if (piece instanceof HttpContent content && this.head != null) {
				append(ctx, content, this.head);
			}
		}
		finally {
			ReferenceCountUtil.release(piece);
		}
	}

	private void begin(ChannelHandlerContext ctx, HttpMessage message) {
		// What a refused request asked for is not the next one's wish.
		this.accept = null;
		this.http2 = null;
		this.multiplex = false;
		if (message.decoderResult().isFailure()) {
			malformed(message.decoderResult().cause());
			return;
		}
		if (message instanceof HttpResponse response && response.status().code() < 200) {
			// 100 Continue and its like announce the response
			return;
		}
		if (message.headers().size() > Headers.MOST) {
			this.socket
				.reject(MicroException.of(HttpSocket.ID, 431, "the headers are refused: the limit is " + Headers.MOST));
			return;
		}
		if (!isUnderstood(message)) {
			return;
		}
		if (this.upgrade != null && message instanceof HttpRequest request && WebSocketHandshake.isAskedFor(request)
				&& !shake(request)) {
			return;
		}
		if (this.upgrade != null && this.complete == 0 && message instanceof HttpRequest request) {
			this.http2 = Http2Upgrade.askedFor(request);
			this.multiplex = this.upgrade.multiplexes() && MuxHandshake.isAskedFor(request);
		}
		Metadata head = head(message);
		long announced = HttpUtil.getContentLength(message, -1L);
		this.head = head;
		this.bodySize = 0;
		boolean expects = HttpUtil.is100ContinueExpected(message);
		if (announced > (long) DRAINED * this.options.maxMessageSize()
				|| expects && announced > this.options.maxMessageSize()) {
			refuse(head, announced, true);
			return;
		}
		this.body = new Body((int) Math.min(announced, this.options.maxMessageSize()));
		if (expects) {
			ctx.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE), ctx.voidPromise());
		}
	}

	/**
	 * What is framed in a way that is not ours to read is refused: where its body ends
	 * would be a guess (RFC 9112 §6.3).
	 */
	private boolean isUnderstood(HttpMessage message) {
		String coding = message.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
		if (coding != null && !coding.equalsIgnoreCase("chunked")) {
			this.socket.reject(MicroException.badRequest(HttpSocket.ID,
					"malformed HTTP: the transfer encoding '" + coding + "' is not understood"));
			return false;
		}
		if (message.protocolVersion().majorVersion() != 1) {
			this.socket.reject(MicroException.of(HttpSocket.ID, 505,
					message.protocolVersion() + " is not spoken here: HTTP/1.1 and HTTP/2 are"));
			return false;
		}
		return true;
	}

	private boolean shake(HttpRequest request) {
		try {
			if (!this.socket.isAnswered()) {
				throw MicroException.badRequest(HttpSocket.ID,
						"malformed HTTP: a WebSocket is asked for behind requests without answers");
			}
			this.accept = WebSocketHandshake.accept(request, this.options);
			return true;
		}
		catch (MicroException ex) {
			this.socket.reject(ex);
			return false;
		}
	}

	private void append(ChannelHandlerContext ctx, HttpContent content, Metadata head) {
		if (content.decoderResult().isFailure()) {
			malformed(content.decoderResult().cause());
			return;
		}
		this.bodySize += content.content().readableBytes();
		if (this.bodySize <= this.options.maxMessageSize()) {
			this.body.append(content.content());
		}
		else {
			this.body = new Body(0);
			if (this.bodySize > (long) DRAINED * this.options.maxMessageSize()) {
				refuse(head, this.bodySize, true);
				return;
			}
		}
		if (content instanceof LastHttpContent) {
			this.head = null;
			this.complete++;
			byte[] bytes = this.body.take();
			if ((this.accept != null || this.http2 != null || this.multiplex)
					&& this.bodySize <= this.options.maxMessageSize()) {
				upgrade(ctx, new Message(head, bytes));
				return;
			}
			if (this.bodySize > this.options.maxMessageSize()) {
				refuse(head, this.bodySize, false);
			}
			else {
				this.socket.received(new Message(head, bytes));
			}
		}
	}

	private void upgrade(ChannelHandlerContext ctx, Message request) {
		Upgrade to = Objects.requireNonNull(this.upgrade);
		this.socket.over(null);
		if (this.accept != null) {
			to.webSocket(this.accept, request);
		}
		else if (this.multiplex) {
			to.multiplex();
		}
		else {
			to.http2(Objects.requireNonNull(this.http2), request);
		}
		ctx.pipeline().remove(this);
		ctx.pipeline().remove(this.decoder);
	}

	private void refuse(Metadata head, long size, boolean last) {
		this.head = last ? null : this.head;
		String detail = "a message of " + size + (last ? " bytes or more" : " bytes") + " is refused: the limit is "
				+ this.options.maxMessageSize();
		this.socket.refused(Message.of(head), MicroException.of(HttpSocket.ID, 413, detail), last);
	}

	private void malformed(Throwable cause) {
		this.head = null;
		boolean tooLong = cause instanceof TooLongHttpHeaderException || cause instanceof TooLongHttpLineException;
		this.socket.reject(tooLong
				? MicroException.of(HttpSocket.ID, 431,
						"the headers are refused: the limit is " + this.options.maxHeaderSize() + " bytes")
				: MicroException.badRequest(HttpSocket.ID, "malformed HTTP: " + cause.getMessage()));
	}

	private static Metadata head(HttpMessage message) {
		Metadata.Builder head = Metadata.builder();
		Iterator<Map.Entry<CharSequence, CharSequence>> headers = message.headers().iteratorCharSequence();
		while (headers.hasNext()) {
			Map.Entry<CharSequence, CharSequence> header = headers.next();
			String name = HeaderNames.canonical(header.getKey());
			if (!name.equals("Host")) {
				head.setIfAbsent(name, utf8(header.getValue().toString()));
			}
		}
		if (message instanceof HttpRequest request) {
			head.set(Headers.HTTP_METHOD, request.method().name());
			head.set(Headers.PATH, path(request.uri()));
		}
		else if (message instanceof HttpResponse response && response.status().code() != 200) {
			head.set(Headers.HTTP_STATUS, response.status().codeAsText().toString());
		}
		return head.build();
	}

	/**
	 * The path of a request's target, which names the host as well when meant for a
	 * proxy.
	 */
	private static String path(String target) {
		int scheme = target.startsWith("/") ? -1 : target.indexOf("://");
		if (scheme < 0) {
			return target;
		}
		int path = target.indexOf('/', scheme + 3);
		return (path < 0) ? "/" : target.substring(path);
	}

	/** The decoder takes bytes for Latin-1; Go writes UTF-8. */
	private static String utf8(String value) {
		for (int i = 0; i < value.length(); i++) {
			if (value.charAt(i) > 0x7f) {
				return new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
			}
		}
		return value;
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) {
		this.socket.endReading();
		if (this.slow == null && !this.socket.isDeaf() && this.decoder.isPartial()) {
			long seen = progress();
			this.slow = ctx.executor()
				.schedule(() -> checkSlow(ctx, seen), this.options.readTimeout().toNanos(), TimeUnit.NANOSECONDS);
		}
	}

	/**
	 * Looks only when a message did not come whole, so that the usual one costs no timer.
	 */
	private void checkSlow(ChannelHandlerContext ctx, long seen) {
		this.slow = null;
		if (!this.decoder.isPartial() || this.socket.isDeaf()) {
			return;
		}
		if (progress() == seen && ctx.channel().config().isAutoRead()) {
			this.socket.reject(MicroException.timeout(HttpSocket.ID,
					"the rest of a message did not come in " + this.options.readTimeout()));
			return;
		}
		// another message is under way by now, or we ourselves did not read for a while
		long again = progress();
		this.slow = ctx.executor()
			.schedule(() -> checkSlow(ctx, again), this.options.readTimeout().toNanos(), TimeUnit.NANOSECONDS);
	}

	private long progress() {
		return this.complete + this.socket.resumed();
	}

	private void scheduleIdle(ChannelHandlerContext ctx, long nanos) {
		this.idle = ctx.executor().schedule(() -> checkIdle(ctx), nanos, TimeUnit.NANOSECONDS);
	}

	private void checkIdle(ChannelHandlerContext ctx) {
		long timeout = this.options.idleTimeout().toNanos();
		long left = timeout - (System.nanoTime() - this.socket.lastActive());
		if (this.socket.isUnderWay()) {
			scheduleIdle(ctx, timeout);
		}
		else if (left > 0) {
			scheduleIdle(ctx, left);
		}
		else if (this.socket.isTaking()) {
			scheduleIdle(ctx, timeout);
		}
		else {
			this.socket.idle();
		}
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
		if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
			this.socket.endReading();
			this.socket.halfClosed();
		}
		super.userEventTriggered(ctx, event);
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext ctx) {
		this.socket.writabilityChanged();
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		this.socket.over(null);
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext ctx) {
		if (this.idle != null) {
			this.idle.cancel(false);
		}
		if (this.slow != null) {
			this.slow.cancel(false);
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		this.socket.broken(Tls.broken(cause));
	}

	/**
	 * Makes something else of the connection: adds its handlers behind those of HTTP/1.1,
	 * which are removed then.
	 */
	interface Upgrade {

		/**
		 * Makes a WebSocket of it.
		 * @param accept what the handshake's key is answered with
		 * @param request the request that asked for it
		 */
		void webSocket(String accept, Message request);

		/**
		 * Goes over to HTTP/2.
		 * @param settings what the caller says of its end
		 * @param request the request that asked for it, and is answered there
		 */
		void http2(Http2Settings settings, Message request);

		/** Whether {@link #multiplex()} can be. */
		boolean multiplexes();

		/** Goes over to frames. */
		void multiplex();

	}

}
