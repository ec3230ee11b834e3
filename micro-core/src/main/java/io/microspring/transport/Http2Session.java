package io.microspring.transport;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

import javax.net.ssl.SSLException;

import io.microspring.message.Message;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection that carries HTTP/2, either end of it. Each of its streams is a
 * socket.
 * <p>
 * What the sockets send is queued by any thread and written by the event loop in one go,
 * with one flush. Fields without a note belong to the event loop.
 */
final class Http2Session extends Http2ConnectionHandler {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	private final SocketChannel channel;

	private final HttpOptions options;

	private final String local;

	private final String remote;

	private final String authority;

	private final Http2Streams streams;

	private final StreamOutbox outbox;

	private final Http2Calls calls = new Http2Calls(this);

	private final Http2Farewell farewell;

	private final Http2Watch watch;

	private final WriteBatch batch = new WriteBatch();

	private final Http2Writer writer;

	private @Nullable ChannelHandlerContext context;

	private volatile boolean closed;

	private @Nullable Throwable cause;

	Http2Session(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings,
			Http2SessionBuilder builder) {
		super(decoder, encoder, settings, true);
		// What was read makes room each time, or a buffer that is never empty grows.
		setDiscardAfterReads(1);
		this.channel = builder.channel();
		this.options = builder.options();
		this.authority = builder.authority();
		this.outbox = new StreamOutbox(this.channel.eventLoop(), this::flushNow);
		this.local = HttpSocket.text(this.channel.localAddress());
		this.remote = HttpSocket.text(this.channel.remoteAddress());
		this.streams = new Http2Streams(this, builder.onAccept());
		this.farewell = new Http2Farewell(this, this.channel);
		this.writer = new Http2Writer(this, this.batch);
		this.watch = new Http2Watch(this, this.options);
		Http2Frames frames = new Http2Frames(this);
		decoder.frameListener(frames);
		connection().addListener(frames);
	}

	// what the sockets ask

	HttpOptions options() {
		return this.options;
	}

	EventLoop loop() {
		return this.channel.eventLoop();
	}

	ByteBufAllocator alloc() {
		return this.channel.alloc();
	}

	boolean isServer() {
		return connection().isServer();
	}

	boolean isOpen() {
		return !this.closed && this.channel.isActive();
	}

	String local() {
		return this.local;
	}

	String remote() {
		return this.remote;
	}

	String authority() {
		return this.authority;
	}

	String scheme() {
		return (this.channel.pipeline().get(SslHandler.class) != null) ? "https" : "http";
	}

	/** What broke the connection, or null. */
	@Nullable Throwable cause() {
		return this.cause;
	}

	Http2Streams streams() {
		return this.streams;
	}

	Http2Writer writer() {
		return this.writer;
	}

	StreamOutbox outbox() {
		return this.outbox;
	}

	private void flushNow() {
		ChannelHandlerContext ctx = this.context;
		if (ctx != null && !ctx.isRemoved()) {
			flush(ctx);
		}
	}

	/** A socket is over. */
	void released(StreamSocket socket) {
		if (!isServer()) {
			this.calls.released(socket);
		}
	}

	/** The sockets of the dialling end. */
	Http2Calls calls() {
		return this.calls;
	}

	/** The peer has told its limits. */
	void settled(Http2Settings settings) throws Http2Exception {
		this.writer.settings(settings);
		this.calls.most(connection().local().maxActiveStreams());
	}

	/**
	 * The peer takes no more streams.
	 * @param last the last stream that it has seen
	 * @param reason why, in words that begin with a colon; empty when it simply leaves
	 */
	void leftAt(int last, String reason) {
		TransportException unseen = new TransportException(this.remote + " takes no more streams" + reason, true, null);
		this.calls.broken(unseen);
		this.streams.forEach((socket) -> {
			Http2Stream stream = socket.stream();
			if (stream != null && connection().local().isValidStreamId(stream.id()) && stream.id() > last) {
				socket.over(unseen);
			}
		});
		this.farewell.peerLeaves(context());
	}

	// the connection

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
		this.context = ctx;
		ctx.pipeline().addBefore(ctx.name(), null, this.batch);
		super.handlerAdded(ctx);
		connection().local()
			.flowController()
			.incrementWindowSize(connection().connectionStream(),
					Http2SessionBuilder.CONNECTION_WINDOW - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
		this.watch.begin(ctx);
	}

	ChannelHandlerContext context() {
		ChannelHandlerContext ctx = this.context;
		if (ctx == null) {
			throw new IllegalStateException("not in a pipeline");
		}
		return ctx;
	}

	/**
	 * The connection was one of HTTP/1.1 until its first request.
	 * @param settings what the caller says of its end
	 * @param request the request, to be answered on stream 1
	 */
	void upgraded(Http2Settings settings, Message request) {
		try {
			this.writer.settings(settings);
			onHttpServerUpgrade(settings);
			this.streams.accept(connection().stream(Http2CodecUtil.HTTP_UPGRADE_STREAM_ID), request);
		}
		catch (Http2Exception ex) {
			onError(context(), false, ex);
		}
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
		if (this.farewell.isClosing()) {
			ReferenceCountUtil.release(message);
			return;
		}
		this.outbox.beginReading();
		this.watch.beginReading();
		super.channelRead(ctx, message);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
		this.outbox.endReading();
		this.watch.endReading(ctx, actualReadableBytes() > 0);
		super.channelReadComplete(ctx);
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) throws Exception {
		this.closed = true;
		TransportException lost = new TransportException("connection to " + this.remote + " is closed", false,
				this.cause);
		this.streams.forEach((socket) -> socket.streamClosed(lost));
		this.calls.broken(new TransportException("connection to " + this.remote + " is closed", true, this.cause));
		this.outbox.endReading();
		this.watch.end();
		super.channelInactive(ctx);
		this.farewell.finished().complete(null);
		this.outbox.wake();
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
		if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
			inputEnded();
		}
		super.userEventTriggered(ctx, event);
	}

	/** The peer sends no more: what it has asked in full is answered all the same. */
	private void inputEnded() {
		TransportException gone = new TransportException(this.remote + " has gone", false, null);
		this.streams.forEach((socket) -> {
			if (!socket.isRemoteEnded()) {
				socket.reset(Http2Error.CANCEL, gone);
			}
		});
		if (this.farewell.isClosing()) {
			this.channel.close();
		}
		else {
			this.farewell.peerLeaves(context());
		}
	}

	Http2Farewell farewell() {
		return this.farewell;
	}

	Http2Watch watch() {
		return this.watch;
	}

	/** Whether no stream is under way. */
	boolean isIdle() {
		return connection().numActiveStreams() == 0 && this.calls.isIdle();
	}

	/** Takes no more streams and closes when the last has ended; from any thread. */
	void goAway() {
		this.calls.stop();
		if (loop().inEventLoop()) {
			if (isOpen()) {
				this.farewell.begin(context());
			}
			return;
		}
		try {
			loop().execute(this::goAway);
		}
		catch (RejectedExecutionException ignored) {
			// the event loop is gone, and with it the connection
		}
	}

	/**
	 * The connection is of no more use.
	 * @param ctx the connection
	 * @param error what the peer is told
	 * @param text the same in words
	 */
	void broken(ChannelHandlerContext ctx, Http2Error error, String text) {
		logger.debug("Connection with {} broke: {}", this.remote, text);
		TransportException broken = new TransportException("connection to " + this.remote + " broke: " + text, false,
				this.cause);
		this.cause = broken;
		this.closed = true;
		this.calls.broken(new TransportException(String.valueOf(broken.getMessage()), true, this.cause));
		this.streams.forEach((socket) -> socket.streamClosed(broken));
		this.farewell.broken(ctx, error, text);
		this.outbox.wake();
	}

	/**
	 * Begins to close; from any thread. A server lets the calls that are under way end, a
	 * client cancels its own.
	 */
	void shutDown() {
		this.calls.stop();
		loop().execute(() -> {
			if (!isServer()) {
				this.calls.broken(null);
				this.streams.forEach(StreamSocket::closeNow);
			}
			goAway();
		});
	}

	CompletableFuture<Void> finished() {
		return this.farewell.finished();
	}

	@Override
	protected void onConnectionError(ChannelHandlerContext ctx, boolean outbound, Throwable cause,
			@Nullable Http2Exception error) {
		if (cause instanceof IOException) {
			lost(ctx, cause);
			return;
		}
		if (error == null || error.error() == Http2Error.INTERNAL_ERROR) {
			logger.warn("Connection with {} broke", this.remote, cause);
			broken(ctx, Http2Error.INTERNAL_ERROR, "internal error");
			return;
		}
		broken(ctx, error.error(), String.valueOf(error.getMessage()));
	}

	@Override
	protected void onStreamError(ChannelHandlerContext ctx, boolean outbound, Throwable cause,
			Http2Exception.StreamException error) {
		StreamSocket socket = this.streams.socket(error.streamId());
		super.onStreamError(ctx, outbound, cause, error);
		if (socket != null) {
			socket.over(new TransportException("stream with " + this.remote + " broke: " + error.getMessage(), false,
					error));
		}
	}

	/** As ever, but written by who writes all headers. */
	@Override
	protected void handleServerHeaderDecodeSizeError(ChannelHandlerContext ctx, Http2Stream stream) {
		try {
			this.writer.headers(stream, HeaderBlock.empty().status("431"), true);
		}
		catch (Http2Exception ignored) {
			// the reset that follows has to say enough
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		if (cause instanceof IOException || cause.getCause() instanceof SSLException) {
			lost(ctx, Tls.broken(cause));
		}
		else {
			onError(ctx, false, cause);
		}
	}

	private void lost(ChannelHandlerContext ctx, Throwable cause) {
		logger.debug("Connection with {} broke", this.remote, cause);
		this.cause = cause;
		ctx.close();
	}

	void closeNow() {
		this.channel.close();
	}

	@Override
	public String toString() {
		return "http/2[" + this.local + " <-> " + this.remote + "]";
	}

}
