package io.microspring.transport;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.Errors;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP on Netty. A socket is one TCP connection of HTTP/1.1; a message is a request in
 * the one direction and a response in the other, and neither waits for the other
 * (protocol reference §1).
 * <p>
 * The event loops are shared by all connections of the transport and start with the first
 * one.
 */
final class HttpTransport implements Transport {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	/** How long closing waits for what was sent to leave. */
	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

	static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

	private final HttpOptions options;

	private final Network network;

	private final ReentrantLock lock = new ReentrantLock();

	private final Set<NettySocket> sockets = ConcurrentHashMap.newKeySet();

	private final Map<Http2Session, Channel> sessions = new ConcurrentHashMap<>();

	private final MuxConnections multiplexed;

	/** Those of the grpc transport. */
	private final Set<GrpcSocket> connections = ConcurrentHashMap.newKeySet();

	/** All connections, those included that have not said yet what they speak. */
	private final Set<Channel> channels = ConcurrentHashMap.newKeySet();

	private final Set<HttpListener> listeners = ConcurrentHashMap.newKeySet();

	private @Nullable EventLoopGroup loops;

	private @Nullable ExecutorService resolver;

	private boolean closed;

	private final Dialer dialer;

	private final Http2Pool pool = new Http2Pool(this::dialHttp2);

	private final GrpcTransport grpc = new GrpcTransport(this);

	private final @Nullable Tls serverTls;

	/** What secures HTTP/1.1, which is all that go-micro's servers speak over TLS. */
	private final @Nullable Tls http1Tls;

	private final @Nullable Tls http2Tls;

	HttpTransport(HttpOptions options) {
		this.options = options;
		this.network = Network.of(options);
		this.dialer = new Dialer(this.network, this::loops, this::resolver, this::track);
		this.multiplexed = new MuxConnections(options);
		TlsOptions server = options.serverTls();
		// What is made up is made for the host that is listened on.
		this.serverTls = (server != null && !server.madeUp()) ? Tls.server(server, "") : null;
		TlsOptions client = options.clientTls();
		if (client != null) {
			Tls.warn(client);
		}
		this.http1Tls = (client != null) ? Tls.client(client, ApplicationProtocolNames.HTTP_1_1) : null;
		this.http2Tls = (client != null) ? Tls.client(client, ApplicationProtocolNames.HTTP_2) : null;
	}

	@Override
	public String name() {
		return "http";
	}

	HttpOptions options() {
		return this.options;
	}

	/** The grpc transport on this engine. */
	GrpcTransport grpc() {
		return this.grpc;
	}

	@Override
	public List<Transport> siblings() {
		return List.of(this.grpc);
	}

	@Override
	public int maxMessageSize() {
		return this.options.maxMessageSize();
	}

	@Override
	public CompletableFuture<Socket> dial(String address, Duration timeout) {
		return this.dialer.dial(address, timeout, this.http1Tls,
				(channel) -> add(channel, HttpEncoder.client(address), MessageDecoder.ofResponses(this.options), null));
	}

	@Override
	public CompletableFuture<Socket> openStream(String address, Duration timeout) {
		return this.pool.open(address, timeout);
	}

	private CompletableFuture<Http2Session> dialHttp2(String address, Duration timeout) {
		return this.dialer.dial(address, timeout, this.http2Tls, (channel) -> {
			Http2Session session = Http2SessionBuilder.client(channel, this.options, address);
			track(session, channel);
			channel.config().setAutoRead(true);
			return session;
		}).thenCompose((session) -> session.calls().ready(address, timeout));
	}

	@Override
	public String multiplex() {
		return MuxFrame.NAME;
	}

	@Override
	public CompletableFuture<Multiplex> dialMultiplex(String address, Duration timeout) {
		return this.multiplexed.dial(this.dialer, address, timeout, this.http1Tls);
	}

	private HttpSocket add(SocketChannel channel, HttpEncoder encoder, MessageDecoder decoder,
			HttpReader.@Nullable Upgrade upgrade) {
		HttpSocket socket = new HttpSocket(channel, encoder, this.options, upgrade != null);
		track(socket, channel);
		channel.pipeline().addLast(decoder, new HttpReader(socket, this.options, decoder, upgrade));
		return socket;
	}

	private void track(Http2Session session, SocketChannel channel) {
		this.sessions.put(session, channel);
		channel.closeFuture().addListener((done) -> this.sessions.remove(session));
		channel.pipeline().addLast(session);
	}

	private void track(NettySocket socket, SocketChannel channel) {
		this.sockets.add(socket);
		channel.closeFuture().addListener((done) -> this.sockets.remove(socket));
	}

	@Override
	public Listener listen(String address, Consumer<Socket> onAccept) {
		return listen(address, new Acceptance(onAccept, null));
	}

	@Override
	public Listener listen(String address, Consumer<Socket> onAccept,
			Function<Multiplexed, Multiplexed.Receiver> onMultiplex) {
		return listen(address, new Acceptance(onAccept, onMultiplex));
	}

	private Listener listen(String address, Acceptance acceptance) {
		Address wanted = Address.parse(address);
		Tls tls = serverTls(wanted.host());
		ServerBootstrap bootstrap = new ServerBootstrap().group(loops())
			.channelFactory(this.network::port)
			.option(ChannelOption.SO_BACKLOG, 1024)
			.childOption(ChannelOption.ALLOCATOR, Network.BUFFERS)
			.childOption(ChannelOption.TCP_NODELAY, true)
			.childOption(ChannelOption.SO_KEEPALIVE, true)
			.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
			.childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
			.childHandler(new ChannelInitializer<SocketChannel>() {
				@Override
				protected void initChannel(SocketChannel channel) {
					track(channel);
					channel.pipeline()
						.addLast(new ProtocolDetector(HttpTransport.this.options, tls,
								(detected) -> accept(detected, acceptance),
								(detected) -> acceptHttp2(detected, acceptance.onAccept())));
				}
			});
		Throwable cause = null;
		for (int port = wanted.port(); port <= wanted.lastPort(); port++) {
			ChannelFuture binding = bootstrap.bind(local(wanted.host(), port)).awaitUninterruptibly();
			if (binding.isSuccess()) {
				return track((ServerSocketChannel) binding.channel());
			}
			cause = bindFailure(binding.cause());
		}
		throw new TransportException("could not listen on " + address + ": " + Dialer.reason(cause), true, cause);
	}

	private @Nullable Tls serverTls(String host) {
		TlsOptions server = this.options.serverTls();
		return (server != null && server.madeUp()) ? Tls.server(server, host) : this.serverTls;
	}

	/** Says with epoll, too, that it is the port: by a type that Java knows. */
	private static @Nullable Throwable bindFailure(@Nullable Throwable cause) {
		return (cause instanceof Errors.NativeIoException) ? new BindException(cause.getMessage()) : cause;
	}

	private Listener track(ServerSocketChannel port) {
		HttpListener listener = new HttpListener(port, this.network);
		this.listeners.add(listener);
		port.closeFuture().addListener((done) -> {
			this.listeners.remove(listener);
			// Callers that share a connection must dial anew, and find that nobody
			// listens.
			this.sessions.forEach((session, channel) -> {
				if (channel.parent() == port) {
					session.goAway();
				}
			});
			this.multiplexed.goAway(port);
		});
		return listener;
	}

	private void accept(SocketChannel channel, Acceptance acceptance) {
		Consumer<Socket> onAccept = acceptance.onAccept();
		Function<Multiplexed, Multiplexed.Receiver> onMultiplex = acceptance.onMultiplex();
		HttpReader.Upgrade upgrade = new HttpReader.Upgrade() {

			@Override
			public void webSocket(String accept, Message request) {
				upgrade(channel, accept, request, onAccept);
			}

			@Override
			public void http2(Http2Settings settings, Message request) {
				channel.write(Unpooled.wrappedBuffer(Http2Upgrade.ANSWER), channel.voidPromise());
				acceptHttp2(channel, onAccept).upgraded(settings, Http2Upgrade.cleared(request));
			}

			@Override
			public boolean multiplexes() {
				return onMultiplex != null;
			}

			@Override
			public void multiplex() {
				if (onMultiplex != null) {
					HttpTransport.this.multiplexed.accept(channel, onAccept, onMultiplex);
				}
			}

		};
		HttpSocket socket = add(channel, HttpEncoder.server(), MessageDecoder.ofRequests(this.options), upgrade);
		offer(socket, onAccept, socket::broken);
	}

	private void upgrade(SocketChannel channel, String accept, Message request, Consumer<Socket> onAccept) {
		WebSocketConnection socket = new WebSocketConnection(channel, accept, this.options);
		track(socket, channel);
		WebSocketDecoder decoder = new WebSocketDecoder(this.options);
		channel.pipeline().addLast(decoder, new WebSocketReader(socket, this.options, decoder));
		offer(socket, onAccept, socket::broken);
		socket.opened(request);
	}

	private static void offer(Socket socket, Consumer<Socket> onAccept, Consumer<Throwable> onFailure) {
		try {
			onAccept.accept(socket);
		}
		catch (RuntimeException | Error ex) {
			logger.error("The connection from {} was not accepted: closing", socket.remote(), ex);
			onFailure.accept(ex);
		}
	}

	/**
	 * Adds the handlers of HTTP/2 to an accepted connection that is going to speak it.
	 */
	private Http2Session acceptHttp2(SocketChannel channel, Consumer<Socket> onAccept) {
		Http2Session session = Http2SessionBuilder.server(channel, this.options, (socket) -> {
			if (socket instanceof GrpcSocket connection) {
				this.connections.add(connection);
				connection.whenClosed(() -> this.connections.remove(connection));
			}
			onAccept.accept(socket);
		});
		track(session, channel);
		return session;
	}

	private static InetSocketAddress local(String host, int port) {
		return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
	}

	private EventLoopGroup loops() {
		this.lock.lock();
		try {
			checkOpen();
			if (this.loops == null) {
				this.loops = this.network.loops(this.options.eventLoops());
			}
			return this.loops;
		}
		finally {
			this.lock.unlock();
		}
	}

	private ExecutorService resolver() {
		this.lock.lock();
		try {
			checkOpen();
			if (this.resolver == null) {
				this.resolver = Threads.executor(ExecutorMode.AUTO, "micro-resolver");
			}
			return this.resolver;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void checkOpen() {
		if (this.closed) {
			throw new TransportException("the http transport is closed", true, null);
		}
	}

	/** Waits until what was sent has left, for two seconds at the most. */
	@Override
	public void close() {
		EventLoopGroup group;
		ExecutorService names;
		this.lock.lock();
		try {
			this.closed = true;
			group = this.loops;
			names = this.resolver;
			this.loops = null;
			this.resolver = null;
		}
		finally {
			this.lock.unlock();
		}
		if (names != null) {
			names.shutdown();
		}
		if (group == null) {
			return;
		}
		this.listeners.forEach(HttpListener::close);
		this.connections.forEach(GrpcSocket::close);
		this.sessions.keySet().forEach(Http2Session::shutDown);
		CompletableFuture<?>[] closing = Stream.of(this.sockets.stream().map((socket) -> {
			socket.close();
			return socket.finished();
		}), this.sessions.keySet().stream().map(Http2Session::finished), this.multiplexed.close())
			.flatMap((each) -> each)
			.toArray(CompletableFuture[]::new);
		CompletableFuture<Void> closedAll = CompletableFuture.allOf(closing)
			.orTimeout(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
			.handle((done, late) -> closeChannels())
			.thenCompose((channelsClosed) -> channelsClosed)
			.handle((done, late) -> {
				group.shutdownGracefully(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
				return null;
			});
		if (!isInside(group)) {
			closedAll.join();
			group.terminationFuture().awaitUninterruptibly(CLOSE_TIMEOUT.toMillis());
		}
	}

	/**
	 * An event loop that is told to end while it runs a task ends before it has closed
	 * its connections, and what they have read so far is never released.
	 */
	private CompletableFuture<Void> closeChannels() {
		return CompletableFuture.allOf(this.channels.stream().map((channel) -> {
			CompletableFuture<Void> closing = new CompletableFuture<>();
			channel.close().addListener((done) -> closing.complete(null));
			return closing;
		}).toArray(CompletableFuture[]::new)).orTimeout(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void track(SocketChannel channel) {
		this.channels.add(channel);
		channel.closeFuture().addListener((done) -> this.channels.remove(channel));
	}

	/** Whether this is one of our own threads, which must not wait for itself. */
	private static boolean isInside(EventLoopGroup group) {
		for (EventExecutor executor : group) {
			if (executor.inEventLoop()) {
				return true;
			}
		}
		return false;
	}

	/**
	 * What a listener does with connections.
	 *
	 * @param onAccept is given each socket
	 * @param onMultiplex is given each multiplexed connection; null when there are none
	 */
	private record Acceptance(Consumer<Socket> onAccept,
			@Nullable Function<Multiplexed, Multiplexed.Receiver> onMultiplex) {
	}

}
