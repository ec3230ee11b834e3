package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * Puts the frames of a WebSocket together to messages, within the limits, and watches
 * over the time-outs of its connection.
 */
final class WebSocketReader extends ChannelInboundHandlerAdapter {

	private static final Metadata TEXT = Metadata.of(Headers.CONTENT_TYPE, "application/json");

	private static final Metadata BINARY = Metadata.of(Headers.CONTENT_TYPE, "application/protobuf");

	private final WebSocketConnection connection;

	private final HttpOptions options;

	private final WebSocketDecoder decoder;

	private final Body body = new Body(0);

	/** What the message is that is being received, or null between messages. */
	private @Nullable Metadata head;

	private long bodySize;

	private @Nullable ScheduledFuture<?> idle;

	private @Nullable ScheduledFuture<?> slow;

	/** How many messages have been read: tells one partial message from the next. */
	private long complete;

	WebSocketReader(WebSocketConnection connection, HttpOptions options, WebSocketDecoder decoder) {
		this.connection = connection;
		this.options = options;
		this.decoder = decoder;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		scheduleIdle(ctx);
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object message) {
		try {
			this.connection.heard();
			if (message instanceof CloseWebSocketFrame close) {
				this.connection.closeReceived(close.statusCode(), close.reasonText());
			}
			else if (message instanceof PingWebSocketFrame ping) {
				this.connection.pong(ping.content());
			}
			else if (message instanceof WebSocketFrame frame && !(message instanceof PongWebSocketFrame)
					&& !this.connection.isDeaf()) {
				append(frame);
			}
		}
		finally {
			ReferenceCountUtil.release(message);
		}
	}

	private void append(WebSocketFrame frame) {
		Metadata type = this.head;
		if (type == null) {
			// the decoder lets no continuation begin a message
			type = (frame instanceof TextWebSocketFrame) ? TEXT : BINARY;
			this.head = type;
			this.bodySize = 0;
		}
		this.bodySize += frame.content().readableBytes();
		if (this.bodySize > this.options.maxMessageSize()) {
			refuse();
			return;
		}
		this.body.append(frame.content());
		if (frame.isFinalFragment()) {
			this.head = null;
			this.complete++;
			byte[] bytes = this.body.take();
			if (type == TEXT && !ByteBufUtil.isText(Unpooled.wrappedBuffer(bytes), StandardCharsets.UTF_8)) {
				this.connection.violated(WebSocketCloseStatus.INVALID_PAYLOAD_DATA.code(), "a text is no UTF-8");
			}
			else if (type == BINARY && bytes.length == 0) {
				this.connection.halfClosed();
			}
			else {
				this.connection.received(new Message(type, bytes));
			}
		}
	}

	private void refuse() {
		Metadata type = (this.head != null) ? this.head : BINARY;
		this.head = null;
		this.body.take();
		this.connection.refused(Message.of(type), MicroException.of(HttpSocket.ID, 413,
				"a message is refused: the limit is " + this.options.maxMessageSize() + " bytes"));
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) {
		if (this.slow == null && isPartial()) {
			scheduleSlow(ctx);
		}
	}

	private boolean isPartial() {
		return !this.connection.isDeaf() && (this.head != null || this.decoder.isPartial());
	}

	private void scheduleSlow(ChannelHandlerContext ctx) {
		long seen = progress();
		this.slow = ctx.executor()
			.schedule(() -> checkSlow(ctx, seen), this.options.readTimeout().toNanos(), TimeUnit.NANOSECONDS);
	}

	private void checkSlow(ChannelHandlerContext ctx, long seen) {
		this.slow = null;
		if (!isPartial()) {
			return;
		}
		if (progress() == seen && ctx.channel().config().isAutoRead()) {
			this.connection.violated(WebSocketCloseStatus.POLICY_VIOLATION.code(),
					"the rest of a message did not come in " + this.options.readTimeout());
			return;
		}
		// another message is under way by now, or we ourselves did not read for a while
		scheduleSlow(ctx);
	}

	private long progress() {
		return this.complete + this.connection.resumed();
	}

	/** Twice in the idle time-out, so that a ping can be answered in time. */
	private void scheduleIdle(ChannelHandlerContext ctx) {
		this.idle = ctx.executor().schedule(() -> {
			this.connection.checkIdle();
			scheduleIdle(ctx);
		}, this.options.idleTimeout().toNanos() / 2, TimeUnit.NANOSECONDS);
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
		if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
			this.connection.gone();
		}
		super.userEventTriggered(ctx, event);
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext ctx) {
		this.connection.writabilityChanged();
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		this.connection.gone();
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
		if (!(cause instanceof CorruptedWebSocketFrameException corrupted)) {
			this.connection.broken(Tls.broken(cause));
		}
		else if (this.connection.isDeaf()) {
			// what it says is not heard any more
			return;
		}
		else if (corrupted.closeStatus().equals(WebSocketCloseStatus.MESSAGE_TOO_BIG)) {
			refuse();
		}
		else {
			this.connection.violated(corrupted.closeStatus().code(), String.valueOf(cause.getMessage()));
		}
	}

}
