package io.microspring.transport;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslHandler;
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

	private final Consumer<Socket> onAccept;

	private final String local;

	private final String remote;

	private final String authority;

	private final Http2Connection.PropertyKey key;

	private final StreamOutbox outbox;

	private final Http2Calls calls = new Http2Calls(this);

	/** Done when the connection is closed. */
	private final CompletableFuture<Void> finished = new CompletableFuture<>();

	private @Nullable ChannelHandlerContext context;

	/** Whether the connection closes when its last stream has. */
	private boolean leaving;

	private volatile boolean closed;

	private @Nullable Throwable cause;

	Http2Session(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings,
			Http2SessionBuilder builder) {
		super(decoder, encoder, settings, true);
		this.channel = builder.channel();
		this.options = builder.options();
		this.onAccept = builder.onAccept();
		this.authority = builder.authority();
		this.outbox = new StreamOutbox(this.channel.eventLoop(), this::flushNow);
		this.local = HttpSocket.text(this.channel.localAddress());
		this.remote = HttpSocket.text(this.channel.remoteAddress());
		this.key = connection().newKey();
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

	StreamOutbox outbox() {
		return this.outbox;
	}

	private void flushNow() {
		ChannelHandlerContext ctx = this.context;
		if (ctx != null && !ctx.isRemoved()) {
			flush(ctx);
		}
	}

	/** Begins the stream of a client's socket. */
	ChannelFuture open(StreamSocket socket, Http2Headers headers, boolean end) {
		ChannelHandlerContext ctx = context();
		boolean possible = !this.closed && !connection().goAwayReceived() && !connection().goAwaySent()
				&& connection().local().canOpenStream();
		int id = possible ? connection().local().incrementAndGetNextStreamId() : -1;
		if (id < 0) {
			TransportException never = new TransportException("connection to " + this.remote + " takes no more streams",
					true, this.cause);
			socket.over(never);
			return ctx.newFailedFuture(never);
		}
		ChannelFuture writing = encoder().writeHeaders(ctx, id, headers, 0, end, ctx.newPromise());
		Http2Stream stream = connection().stream(id);
		if (stream == null) {
			socket.failed(writing.cause());
			return writing;
		}
		this.calls.opened(socket);
		socket.bind(stream);
		stream.setProperty(this.key, socket);
		if (end) {
			socket.localEnded(writing);
		}
		return writing;
	}

	ChannelFuture writeHeaders(StreamSocket socket, Http2Headers headers, boolean end) {
		ChannelHandlerContext ctx = context();
		Http2Stream stream = socket.stream();
		if (stream == null) {
			return ctx.newFailedFuture(new TransportException("not open", false, null));
		}
		return encoder().writeHeaders(ctx, stream.id(), headers, 0, end, ctx.newPromise());
	}

	ChannelFuture writeData(StreamSocket socket, ByteBuf data, boolean end) {
		ChannelHandlerContext ctx = context();
		Http2Stream stream = socket.stream();
		if (stream == null) {
			data.release();
			return ctx.newFailedFuture(new TransportException("not open", false, null));
		}
		return encoder().writeData(ctx, stream.id(), data, 0, end, ctx.newPromise());
	}

	void resetStream(Http2Stream stream, Http2Error error) {
		if (stream.state() == Http2Stream.State.CLOSED) {
			return;
		}
		ChannelHandlerContext ctx = context();
		resetStream(ctx, stream.id(), error.code(), ctx.newPromise());
		this.outbox.flush();
	}

	/** Bytes of a stream were read: its peer may send as many again. */
	void consume(StreamSocket socket, int bytes) {
		Http2Stream stream = socket.stream();
		if (stream == null || stream.state() == Http2Stream.State.CLOSED) {
			return;
		}
		try {
			boolean update = connection().local().flowController().consumeBytes(stream, bytes);
			if (update) {
				this.outbox.flush();
			}
		}
		catch (Http2Exception ex) {
			onError(context(), false, ex);
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
	void settled() {
		this.calls.most(connection().local().maxActiveStreams());
	}

	/**
	 * The peer takes no more streams.
	 * @param last the last stream that it has seen
	 */
	void leftAt(int last) {
		this.leaving = true;
		TransportException unseen = new TransportException(this.remote + " takes no more streams", true, null);
		this.calls.broken(unseen);
		forEachSocket((socket) -> {
			Http2Stream stream = socket.stream();
			if (stream != null && connection().local().isValidStreamId(stream.id()) && stream.id() > last) {
				socket.over(unseen);
			}
		});
		loop().execute(this::closeIfLast);
	}

	private void forEachSocket(Consumer<StreamSocket> action) {
		List<StreamSocket> open = new ArrayList<>();
		try {
			connection().forEachActiveStream((stream) -> {
				StreamSocket socket = socket(stream);
				if (socket != null) {
					open.add(socket);
				}
				return true;
			});
		}
		catch (Http2Exception ex) {
			throw new IllegalStateException(ex);
		}
		open.forEach(action);
	}

	// what the frames bring

	@Nullable StreamSocket socket(int stream) {
		Http2Stream found = connection().stream(stream);
		return (found == null) ? null : found.getProperty(this.key);
	}

	@Nullable StreamSocket socket(Http2Stream stream) {
		return stream.getProperty(this.key);
	}

	/** A peer has begun a stream. */
	void accept(Http2Stream stream, Http2Headers headers, boolean end) throws Http2Exception {
		StreamSocket socket = "POST".contentEquals(headers.method()) && CallSocket.isGrpc(headers.get("content-type"))
				? new CallSocket(this) : new RequestSocket(this);
		socket.bind(stream);
		stream.setProperty(this.key, socket);
		if (end) {
			socket.remoteEnded();
		}
		socket.headers(headers, end);
		if (socket.isOver()) {
			return;
		}
		try {
			this.onAccept.accept((socket instanceof CallSocket)
					? GrpcTransport.accepted(socket, String.valueOf(headers.path()), this.options) : socket);
		}
		catch (RuntimeException | Error ex) {
			logger.error("The stream from {} was not accepted: closing it", this.remote, ex);
			socket.reset(Http2Error.INTERNAL_ERROR, ex);
		}
	}

	// the connection

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
		this.context = ctx;
		super.handlerAdded(ctx);
	}

	private ChannelHandlerContext context() {
		ChannelHandlerContext ctx = this.context;
		if (ctx == null) {
			throw new IllegalStateException("not in a pipeline");
		}
		return ctx;
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
		this.outbox.beginReading();
		super.channelRead(ctx, message);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
		this.outbox.endReading();
		super.channelReadComplete(ctx);
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) throws Exception {
		this.closed = true;
		TransportException lost = new TransportException("connection to " + this.remote + " is closed", false,
				this.cause);
		forEachSocket((socket) -> socket.streamClosed(lost));
		this.calls.broken(new TransportException("connection to " + this.remote + " is closed", true, this.cause));
		this.outbox.endReading();
		super.channelInactive(ctx);
		this.finished.complete(null);
		this.outbox.wake();
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
		if (event instanceof ChannelInputShutdownEvent) {
			inputEnded();
		}
		super.userEventTriggered(ctx, event);
	}

	/** The peer sends no more: what it has asked in full is answered all the same. */
	private void inputEnded() {
		this.leaving = true;
		TransportException gone = new TransportException(this.remote + " has gone", false, null);
		forEachSocket((socket) -> {
			if (!socket.isRemoteEnded()) {
				socket.reset(Http2Error.CANCEL, gone);
			}
		});
		closeIfLast();
	}

	/** A stream has ended. */
	void streamClosed() {
		if (this.leaving) {
			loop().execute(this::closeIfLast);
		}
	}

	private void closeIfLast() {
		if (this.leaving && connection().numActiveStreams() == 0) {
			context().flush();
			this.channel.close();
		}
	}

	/** Takes no more streams and closes when the last has ended. From any thread. */
	void goAway() {
		if (!loop().inEventLoop()) {
			loop().execute(this::goAway);
			return;
		}
		if (this.leaving || !isOpen()) {
			return;
		}
		this.leaving = true;
		ChannelHandlerContext ctx = context();
		goAway(ctx, connection().remote().lastStreamCreated(), Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER,
				ctx.newPromise());
		ctx.flush();
		closeIfLast();
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
				forEachSocket(StreamSocket::closeNow);
			}
			goAway();
		});
	}

	CompletableFuture<Void> finished() {
		return this.finished;
	}

	@Override
	protected void onConnectionError(ChannelHandlerContext ctx, boolean outbound, Throwable cause,
			@Nullable Http2Exception error) {
		logger.debug("Connection with {} broke: {}", this.remote, cause.getMessage());
		this.cause = cause;
		super.onConnectionError(ctx, outbound, cause, error);
	}

	@Override
	protected void onStreamError(ChannelHandlerContext ctx, boolean outbound, Throwable cause,
			Http2Exception.StreamException error) {
		StreamSocket socket = socket(error.streamId());
		super.onStreamError(ctx, outbound, cause, error);
		if (socket != null) {
			socket.over(new TransportException("stream with " + this.remote + " broke: " + error.getMessage(), false,
					error));
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
		if (cause instanceof IOException) {
			logger.debug("Connection with {} broke", this.remote, cause);
			this.cause = cause;
			ctx.close();
			return;
		}
		super.exceptionCaught(ctx, cause);
	}

	void closeNow() {
		this.channel.close();
	}

	@Override
	public String toString() {
		return "http/2[" + this.local + " <-> " + this.remote + "]";
	}

}
