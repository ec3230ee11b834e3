package io.microspring.plugins.registry.gossip;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.microspring.concurrent.Stages;
import io.microspring.concurrent.Threads;
import io.microspring.registry.RegistryException;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.DecoderException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of a member, UDP and TCP of one port, and the one thread by which all about
 * the cluster is done. What others send goes to a receiver on that thread. Thread-safe.
 */
final class Sockets implements Timers, AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(Sockets.class);

	/** No datagram is longer. */
	private static final int MAX_DATAGRAM = 0xffff;

	/** Many may say something at once. */
	private static final int RECEIVE_BUFFER = 1 << 21;

	/** memberlist takes no more exchanges at once either. */
	private static final int MAX_CONNECTIONS = 128;

	/** A port that is free for TCP may be taken for UDP. */
	private static final int BIND_ATTEMPTS = 10;

	private final StreamCodec codec;

	private final Duration timeout;

	private final EventLoopGroup group;

	private final EventLoop loop;

	private final Receiver receiver;

	private final Channel stream;

	private final Channel datagram;

	private final LargeTasks large;

	private final Backlog backlog = new Backlog(Backlog.MOST);

	private int connections;

	private boolean started;

	/**
	 * Opens the sockets; nobody is listened to before {@link #start}.
	 * @param bind where to listen
	 * @param timeout how long a connection may take
	 * @param codec reads and writes what connections carry
	 * @param receiver is given what others send
	 * @throws RegistryException when that cannot be had
	 */
	Sockets(HostPort bind, Duration timeout, StreamCodec codec, Receiver receiver) {
		this.codec = codec;
		this.timeout = timeout;
		this.receiver = receiver;
		this.group = new MultiThreadIoEventLoopGroup(1, Threads.loops("micro-registry-gossip"),
				NioIoHandler.newFactory());
		this.loop = this.group.next();
		this.large = new LargeTasks(this.loop);
		try {
			for (int attempt = 1;; attempt++) {
				Channel stream = listen(new InetSocketAddress(bind.host(), bind.port()));
				ChannelFuture datagram = bind(stream.localAddress()).awaitUninterruptibly();
				if (datagram.isSuccess()) {
					this.stream = stream;
					this.datagram = datagram.channel();
					return;
				}
				stream.close();
				if (bind.port() != 0 || attempt == BIND_ATTEMPTS) {
					throw new RegistryException(cannotListen(bind, datagram.cause()), datagram.cause());
				}
			}
		}
		catch (RuntimeException ex) {
			this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
			this.large.close();
			throw ex;
		}
	}

	private static String cannotListen(HostPort bind, @Nullable Throwable why) {
		return "registry gossip cannot listen at " + bind + ": " + ((why != null) ? why.getMessage() : "unknown");
	}

	private Channel listen(SocketAddress address) {
		ChannelFuture bound = new ServerBootstrap().group(this.group)
			.channel(NioServerSocketChannel.class)
			.option(ChannelOption.SO_REUSEADDR, true)
			.childHandler(initializer((channel) -> {
				if (!this.started || this.connections == MAX_CONNECTIONS) {
					channel.close();
					return;
				}
				this.connections++;
				channel.closeFuture().addListener((closed) -> this.connections--);
				prepare(channel, new Answering());
			}))
			.bind(address)
			.awaitUninterruptibly();
		if (!bound.isSuccess()) {
			InetSocketAddress inet = (InetSocketAddress) address;
			throw new RegistryException(cannotListen(new HostPort(inet.getHostString(), inet.getPort()), bound.cause()),
					bound.cause());
		}
		return bound.channel();
	}

	private ChannelFuture bind(SocketAddress address) {
		return new Bootstrap().group(this.group)
			.channel(NioDatagramChannel.class)
			.option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
			.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_DATAGRAM))
			.handler(new Packets())
			.bind(address);
	}

	/** Lets the receiver have what comes from now on. By the one thread. */
	void start() {
		this.started = true;
	}

	/** Where it listens. */
	InetSocketAddress address() {
		return (InetSocketAddress) this.stream.localAddress();
	}

	void execute(Runnable task) {
		this.loop.execute(() -> run(task));
	}

	/**
	 * Does something by the one thread.
	 * @return what it gives or throws; fails when the sockets are closed
	 */
	<T> CompletableFuture<T> submit(Supplier<T> task) {
		try {
			return CompletableFuture.supplyAsync(task, this.loop);
		}
		catch (RejectedExecutionException ex) {
			return CompletableFuture.failedFuture(new RegistryException("registry gossip is closed", ex));
		}
	}

	/** Where what takes time is done. */
	LargeTasks large() {
		return this.large;
	}

	/** How much is kept of messages that are not whole yet. By the one thread. */
	long kept() {
		return this.backlog.kept();
	}

	@Override
	public long now() {
		return System.nanoTime();
	}

	@Override
	public Runnable after(Duration delay, Runnable task) {
		var scheduled = this.loop.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
		return () -> scheduled.cancel(false);
	}

	/** Does something again and again, until the sockets are closed. */
	void every(Duration delay, Runnable task) {
		this.loop.scheduleWithFixedDelay(() -> run(task), delay.toNanos(), delay.toNanos(), TimeUnit.NANOSECONDS);
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException ex) {
			log.warn("Gossip failed at something and goes on: {}", ex.toString(), ex);
		}
	}

	/** Sends a packet, which may get lost. */
	void send(InetSocketAddress to, byte[] packet) {
		this.datagram.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(packet), to)).addListener((sent) -> {
			if (!sent.isSuccess()) {
				log.debug("A packet to {} could not be sent: {}", to, String.valueOf(sent.cause()));
			}
		});
	}

	/**
	 * Says something over a connection of its own.
	 * @param to to whom
	 * @param message what
	 * @return done when it is said
	 */
	CompletableFuture<Void> tell(InetSocketAddress to, StreamMessage message) {
		CompletableFuture<Void> told = new CompletableFuture<>();
		connect(to, told, new Asking(new CompletableFuture<>())).addListener((ChannelFutureListener) (connected) -> {
			if (connected.isSuccess()) {
				connected.channel().writeAndFlush(encoded(message)).addListener((written) -> {
					connected.channel().close();
					told.complete(null);
				});
			}
		});
		return told;
	}

	/**
	 * Asks over a connection of its own.
	 * @param to whom
	 * @param question what
	 * @return the answer, on the one thread
	 */
	CompletableFuture<StreamMessage> ask(InetSocketAddress to, StreamMessage question) {
		CompletableFuture<StreamMessage> answer = new CompletableFuture<>();
		connect(to, answer, new Asking(answer)).addListener((ChannelFutureListener) (connected) -> {
			if (connected.isSuccess()) {
				connected.channel().writeAndFlush(encoded(question));
			}
		});
		return answer;
	}

	private ChannelFuture connect(InetSocketAddress to, CompletableFuture<?> outcome, Asking handler) {
		ChannelFuture connected = new Bootstrap().group(this.group)
			.channel(NioSocketChannel.class)
			.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) this.timeout.toMillis())
			.handler(initializer((channel) -> prepare(channel, handler)))
			.connect(to);
		connected.addListener((done) -> {
			if (!done.isSuccess()) {
				outcome.completeExceptionally(new MalformedException(String.valueOf(done.cause().getMessage())));
			}
		});
		return connected;
	}

	private ByteBuf encoded(StreamMessage message) {
		return Unpooled.wrappedBuffer(this.codec.encode(message));
	}

	private void prepare(SocketChannel channel, SimpleChannelInboundHandler<StreamMessage> handler) {
		channel.pipeline().addLast(new StreamDecoder(this.codec, this.backlog, this.large::run), handler);
		Runnable timer = after(this.timeout, channel::close);
		channel.closeFuture().addListener((closed) -> timer.run());
	}

	private static ChannelInitializer<SocketChannel> initializer(Consumer<SocketChannel> prepare) {
		return new ChannelInitializer<>() {

			@Override
			protected void initChannel(SocketChannel channel) {
				prepare.accept(channel);
			}

		};
	}

	private static String reason(Throwable failure) {
		Throwable cause = (failure instanceof DecoderException && failure.getCause() != null) ? failure.getCause()
				: failure;
		return (cause.getMessage() != null) ? cause.getMessage() : cause.toString();
	}

	/** Closes the sockets and ends the thread. Idempotent; does not wait. */
	@Override
	public void close() {
		this.stream.close();
		this.datagram.close();
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
		this.large.close();
	}

	/** Is given what others send, on the one thread. */
	interface Receiver {

		/**
		 * A packet came.
		 * @param packet the packet
		 * @param from where from
		 */
		void packet(byte[] packet, InetSocketAddress from);

		/**
		 * Somebody says something over a connection.
		 * @param message what
		 * @param from who
		 * @return what is answered, or null; on the one thread
		 */
		CompletionStage<@Nullable StreamMessage> stream(StreamMessage message, InetSocketAddress from);

	}

	private final class Packets extends SimpleChannelInboundHandler<DatagramPacket> {

		@Override
		protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
			if (!Sockets.this.started) {
				return;
			}
			byte[] bytes = ByteBufUtil.getBytes(packet.content());
			try {
				Sockets.this.receiver.packet(bytes, packet.sender());
			}
			catch (RuntimeException ex) {
				// Whatever a packet holds, the next one may be a good one.
				log.debug("A packet of {} bytes from {} is dropped: {}", bytes.length, packet.sender(), ex.toString());
			}
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			log.debug("Gossip could not receive: {}", cause.toString());
		}

	}

	private final class Answering extends SimpleChannelInboundHandler<StreamMessage> {

		@Override
		protected void channelRead0(ChannelHandlerContext context, StreamMessage message) {
			InetSocketAddress from = (InetSocketAddress) context.channel().remoteAddress();
			Sockets.this.receiver.stream(message, from).whenComplete((answer, failure) -> {
				if (failure != null) {
					exceptionCaught(context, Stages.cause(failure));
				}
				else if (answer == null) {
					context.close();
				}
				else {
					answer(context, answer);
				}
			});
		}

		/** What it does not read is kept for it. */
		private void answer(ChannelHandlerContext context, StreamMessage answer) {
			ByteBuf encoded = encoded(answer);
			long counted = Backlog.counted(encoded.readableBytes());
			try {
				Sockets.this.backlog.take(counted);
			}
			catch (MalformedException ex) {
				exceptionCaught(context, ex);
				return;
			}
			context.writeAndFlush(encoded)
				.addListener((written) -> Sockets.this.backlog.give(counted))
				.addListener(ChannelFutureListener.CLOSE);
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			log.debug("What {} says is dropped: {}", context.channel().remoteAddress(), reason(cause));
			context.writeAndFlush(encoded(new StreamMessage.Failure(reason(cause))))
				.addListener(ChannelFutureListener.CLOSE);
		}

	}

	private static final class Asking extends SimpleChannelInboundHandler<StreamMessage> {

		private final CompletableFuture<StreamMessage> answer;

		Asking(CompletableFuture<StreamMessage> answer) {
			this.answer = answer;
		}

		@Override
		protected void channelRead0(ChannelHandlerContext context, StreamMessage message) {
			this.answer.complete(message);
			context.close();
		}

		@Override
		public void channelInactive(ChannelHandlerContext context) {
			this.answer.completeExceptionally(new MalformedException("no answer"));
			context.fireChannelInactive();
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			this.answer.completeExceptionally(new MalformedException(reason(cause)));
			context.close();
		}

	}

}
