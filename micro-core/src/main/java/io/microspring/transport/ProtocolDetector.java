package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.microspring.errors.MicroException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The front door of the one port: looks at the first bytes of a connection, puts the
 * handlers of what is spoken behind itself and steps aside.
 * <p>
 * Every protocol of the port comes in here:
 * <ol>
 * <li>TLS, when the port has it, and inside it the same again; nothing in the clear then;
 * <li>HTTP/2 with prior knowledge or chosen by ALPN, by its preface;
 * <li>anything else is HTTP/1.1, where an {@code Upgrade} to a WebSocket may follow, or
 * one to HTTP/2 with the first request; any other is ignored, as HTTP allows.
 * </ol>
 * What a single HTTP/1.1 request means is told apart by its headers, in the server.
 */
final class ProtocolDetector extends ByteToMessageDecoder {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	private static final byte[] HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private final HttpOptions options;

	private final @Nullable Tls tls;

	private final Consumer<SocketChannel> http1;

	private final Consumer<SocketChannel> http2;

	private @Nullable ScheduledFuture<?> timer;

	/** Whether a first byte has come. */
	private boolean begun;

	/** Whether the peer was told to go. */
	private boolean refused;

	/**
	 * A detector for one connection.
	 * @param options the time-outs
	 * @param tls what must secure the connection; null for nothing
	 * @param http1 adds the handlers of HTTP/1.1
	 * @param http2 adds those of HTTP/2
	 */
	ProtocolDetector(HttpOptions options, @Nullable Tls tls, Consumer<SocketChannel> http1,
			Consumer<SocketChannel> http2) {
		this.options = options;
		this.tls = tls;
		this.http1 = http1;
		this.http2 = http2;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		this.timer = after(ctx, this.options.idleTimeout(), ctx::close);
	}

	@Override
	protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
		if (this.refused) {
			in.skipBytes(in.readableBytes());
			return;
		}
		boolean handshake = Tls.isHandshake(in);
		if (handshake && this.tls != null) {
			ctx.pipeline()
				.addLast(this.tls.accept((SocketChannel) ctx.channel()),
						new ProtocolDetector(this.options, null, this.http1, this.http2));
			ctx.pipeline().remove(this);
			return;
		}
		int prefaced = prefaced(in);
		boolean speaksHttp2 = prefaced == HTTP2_PREFACE.length;
		if (!speaksHttp2 && prefaced == in.readableBytes()) {
			awaitRest(ctx);
		}
		else if (handshake || this.tls != null) {
			this.refused = true;
			in.skipBytes(in.readableBytes());
			refuse(ctx, speaksHttp2);
		}
		else {
			(speaksHttp2 ? this.http2 : this.http1).accept((SocketChannel) ctx.channel());
			ctx.pipeline().remove(this);
		}
	}

	/** How many bytes are as HTTP/2 begins. */
	private static int prefaced(ByteBuf in) {
		int length = Math.min(in.readableBytes(), HTTP2_PREFACE.length);
		int same = 0;
		while (same < length && in.getByte(in.readerIndex() + same) == HTTP2_PREFACE[same]) {
			same++;
		}
		return same;
	}

	private void awaitRest(ChannelHandlerContext ctx) {
		if (!this.begun) {
			this.begun = true;
			cancelTimer();
			this.timer = after(ctx, this.options.readTimeout(), () -> refuse(ctx, MicroException.timeout(HttpSocket.ID,
					"the rest of a message did not come in " + this.options.readTimeout())));
		}
	}

	/** Who speaks TLS where there is none, or does not where it must. */
	private void refuse(ChannelHandlerContext ctx, boolean inHttp2) {
		if (this.tls == null) {
			logger.debug("Closing the connection with {}: this port speaks no TLS", ctx.channel().remoteAddress());
			refuse(ctx, MicroException.badRequest(HttpSocket.ID, "this port speaks no TLS"));
			return;
		}
		this.tls.refused(ctx.channel());
		if (inHttp2) {
			ctx.writeAndFlush(Http2Farewell.ofNone(ctx, Http2Error.INADEQUATE_SECURITY, Tls.WANTED))
				.addListener(ChannelFutureListener.CLOSE);
		}
		else {
			refuse(ctx, MicroException.badRequest(HttpSocket.ID, Tls.WANTED));
		}
	}

	private static void refuse(ChannelHandlerContext ctx, MicroException error) {
		ByteBuf reply = ctx.alloc().buffer();
		HttpEncoder.server().encode(HttpSocket.refusal(error), reply);
		ctx.writeAndFlush(reply).addListener(ChannelFutureListener.CLOSE);
	}

	private static ScheduledFuture<?> after(ChannelHandlerContext ctx, Duration time, Runnable action) {
		return ctx.executor().schedule(action, time.toNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
		super.userEventTriggered(ctx, event);
		if (event instanceof ChannelInputShutdownEvent && !ctx.isRemoved()) {
			ctx.close();
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		logger.debug("Connection with {} broke before it said anything: {}", ctx.channel().remoteAddress(),
				cause.toString());
		ctx.close();
	}

	@Override
	protected void handlerRemoved0(ChannelHandlerContext ctx) {
		cancelTimer();
	}

	private void cancelTimer() {
		if (this.timer != null) {
			this.timer.cancel(false);
			this.timer = null;
		}
	}

}
