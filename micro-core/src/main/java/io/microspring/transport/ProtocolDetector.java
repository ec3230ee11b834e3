package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.microspring.errors.MicroException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The front door of the one port: looks at the first bytes of a connection, puts the
 * handlers of what is spoken behind itself and steps aside.
 * <p>
 * Every protocol of the port comes in here:
 * <ol>
 * <li>HTTP/2 with prior knowledge, by its preface: refused for now;
 * <li>anything else is HTTP/1.1, where an {@code Upgrade} may follow: for now it is
 * ignored, as HTTP allows.
 * </ol>
 * What a single HTTP/1.1 request means is told apart by its headers, in the server.
 */
final class ProtocolDetector extends ByteToMessageDecoder {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	private static final byte[] HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private final HttpOptions options;

	private final Consumer<SocketChannel> http1;

	/**
	 * A detector for one connection.
	 * @param options the time-outs
	 * @param http1 adds the handlers of HTTP/1.1
	 */
	ProtocolDetector(HttpOptions options, Consumer<SocketChannel> http1) {
		this.options = options;
		this.http1 = http1;
	}

	@Override
	public void channelActive(ChannelHandlerContext ctx) throws Exception {
		// nothing keeps a connection that never says what it is
		ctx.executor().schedule(() -> {
			if (!ctx.isRemoved()) {
				ctx.close();
			}
		}, this.options.readTimeout().toNanos(), TimeUnit.NANOSECONDS);
		super.channelActive(ctx);
	}

	@Override
	protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
		int length = Math.min(in.readableBytes(), HTTP2_PREFACE.length);
		for (int i = 0; i < length; i++) {
			if (in.getByte(in.readerIndex() + i) != HTTP2_PREFACE[i]) {
				this.http1.accept((SocketChannel) ctx.channel());
				ctx.pipeline().remove(this);
				return;
			}
		}
		if (length == HTTP2_PREFACE.length) {
			in.skipBytes(in.readableBytes());
			refuseHttp2(ctx);
		}
	}

	private static void refuseHttp2(ChannelHandlerContext ctx) {
		logger.debug("HTTP/2 is not spoken here: closing the connection with {}", ctx.channel().remoteAddress());
		String error = MicroException.of(HttpSocket.ID, 505, "HTTP/2 is not spoken here").toText();
		String reply = "HTTP/1.1 505 HTTP Version Not Supported\r\nConnection: close\r\nContent-Type: application/json\r\n"
				+ "Content-Length: " + error.length() + "\r\n\r\n" + error;
		ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), reply)).addListener(ChannelFutureListener.CLOSE);
	}

}
