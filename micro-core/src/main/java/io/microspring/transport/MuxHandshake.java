package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * Goes over from HTTP/1.1 to the frames of a multiplexed connection by an
 * {@code Upgrade}, on either end. Whoever answers anything else than 101 does not know
 * them: the connection is closed, and calls go another way.
 */
final class MuxHandshake extends ByteToMessageDecoder {

	/** What a server says that goes over. */
	static final byte[] ANSWER = ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
			+ MuxFrame.PROTOCOL + "\r\n\r\n")
		.getBytes(StandardCharsets.US_ASCII);

	/** The longest answer that is read. */
	private static final int LONGEST = 8 * 1024;

	private static final int STATUS = "HTTP/1.1 ".length();

	private final SocketChannel channel;

	private final HttpOptions options;

	private final CompletableFuture<MuxClient> done = new CompletableFuture<>();

	private @Nullable ScheduledFuture<?> timer;

	private MuxHandshake(SocketChannel channel, HttpOptions options) {
		this.channel = channel;
		this.options = options;
	}

	/**
	 * Whether a request asks to go over.
	 * @param request the head of the request
	 * @return true when it does
	 */
	static boolean isAskedFor(HttpRequest request) {
		return request.method().equals(HttpMethod.GET)
				&& request.headers().containsValue(HttpHeaderNames.UPGRADE, MuxFrame.PROTOCOL, true)
				&& request.headers().containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
				&& HttpUtil.getContentLength(request, 0L) == 0 && !HttpUtil.isTransferEncodingChunked(request);
	}

	/**
	 * Asks to go over.
	 * @param channel a connection that was just made
	 * @param address what was dialled
	 * @param options the limits
	 * @param timeoutNanos how long it may take
	 * @return the connection; fails with a {@link TransportException} when the peer does
	 * not go over
	 */
	static CompletableFuture<MuxClient> ask(SocketChannel channel, String address, HttpOptions options,
			long timeoutNanos) {
		MuxHandshake handshake = new MuxHandshake(channel, options);
		handshake.timer = channel.eventLoop()
			.schedule(() -> handshake.refused("no answer in time"), Math.max(1, timeoutNanos), TimeUnit.NANOSECONDS);
		channel.pipeline().addLast(handshake);
		channel.config().setAutoRead(true);
		String request = "GET / HTTP/1.1\r\nHost: " + address + "\r\nConnection: Upgrade\r\nUpgrade: "
				+ MuxFrame.PROTOCOL + "\r\n\r\n";
		channel.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII), channel.voidPromise());
		return handshake.done;
	}

	@Override
	protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
		int end = endOfHead(in);
		if (end < 0) {
			if (in.readableBytes() > LONGEST) {
				refused("its answer is too long");
			}
			return;
		}
		String head = in.toString(in.readerIndex(), end - in.readerIndex(), StandardCharsets.ISO_8859_1);
		if (this.done.isDone()) {
			in.skipBytes(in.readableBytes());
			return;
		}
		if (!head.startsWith("HTTP/1.1 101") || !head.contains(MuxFrame.PROTOCOL)) {
			in.skipBytes(in.readableBytes());
			refused(head.substring(Math.min(STATUS, head.length()), Math.min(STATUS + 3, head.length())));
			return;
		}
		in.readerIndex(end);
		MuxClient session = new MuxClient(this.channel, this.options);
		ctx.pipeline().addLast(new MuxReader(session, this.options));
		if (!this.done.complete(session)) {
			return;
		}
		ctx.pipeline().remove(this);
	}

	private static int endOfHead(ByteBuf in) {
		for (int i = in.readerIndex(); i + 3 < in.writerIndex(); i++) {
			if (in.getByte(i) == '\r' && in.getByte(i + 1) == '\n' && in.getByte(i + 2) == '\r'
					&& in.getByte(i + 3) == '\n') {
				return i + 4;
			}
		}
		return -1;
	}

	private void refused(String reason) {
		this.done.completeExceptionally(new TransportException(
				this.channel.remoteAddress() + " does not speak " + MuxFrame.PROTOCOL + ": " + reason, true, null));
		this.channel.close();
	}

	@Override
	protected void handlerRemoved0(ChannelHandlerContext ctx) {
		if (this.timer != null) {
			this.timer.cancel(false);
		}
		this.done.completeExceptionally(new TransportException("the connection is closed", true, null));
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) throws Exception {
		refused("it has closed the connection");
		super.channelInactive(ctx);
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		refused(Dialer.reason(cause));
	}

}
