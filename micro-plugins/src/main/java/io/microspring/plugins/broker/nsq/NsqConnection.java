package io.microspring.plugins.broker.nsq;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A connection to an nsqd by its TCP protocol, V2: commands out, and frames in, which
 * answer them in their order or bring messages and heartbeats. Thread-safe.
 */
final class NsqConnection extends SimpleChannelInboundHandler<ByteBuf> {

	/**
	 * No nsqd is set to send more; what is larger than wanted is a dead letter's matter.
	 */
	private static final int LONGEST_FRAME = 256 * 1024 * 1024;

	private static final int ID_LENGTH = 16;

	private static final int RESPONSE = 0;

	private static final int ERROR = 1;

	private static final int MESSAGE = 2;

	private static final String HEARTBEAT = "_heartbeat_";

	private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(10);

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Listener listener;

	/** Those who wait for an answer, in the order of their commands; the loop's alone. */
	private final Queue<CompletableFuture<String>> waiting = new ArrayDeque<>();

	private @Nullable Channel channel;

	private int mostInFlight = Integer.MAX_VALUE;

	/** Why it is about to end, when that is known; the loop's alone. */
	private @Nullable IOException fault;

	private boolean ended;

	private NsqConnection(Listener listener) {
		super(ByteBuf.class);
		this.listener = listener;
	}

	/**
	 * Connects, and says who we are.
	 * @param loops whose thread it has
	 * @param address where the nsqd is
	 * @param options how to speak to it
	 * @param tls TLS, or null for none
	 * @param listener hears of messages and of the end
	 * @param timeout how long it may take
	 * @return the connection
	 * @throws IOException when it cannot be made, or the nsqd does not want us
	 */
	static NsqConnection open(EventLoopGroup loops, NsqAddress address, NsqOptions options, @Nullable SSLContext tls,
			Listener listener, Duration timeout) throws IOException, InterruptedException, TimeoutException {
		NsqConnection connection = new NsqConnection(listener);
		ChannelFuture connected = connect(loops, address, timeout, new ChannelInitializer<>() {
			@Override
			protected void initChannel(Channel made) {
				connection.channel = made;
				made.pipeline()
					.addLast(new ReadTimeoutHandler(3 * HEARTBEAT_INTERVAL.toMillis(), TimeUnit.MILLISECONDS))
					.addLast(new LengthFieldBasedFrameDecoder(LONGEST_FRAME, 0, 4, 0, 4))
					.addLast(connection);
			}
		}).await();
		if (!connected.isSuccess()) {
			throw new IOException(String.valueOf(connected.cause().getMessage()), connected.cause());
		}
		Channel channel = connected.channel();
		try {
			connection.introduce(channel, address, options, tls, timeout);
			return connection;
		}
		catch (IOException | InterruptedException | TimeoutException | RuntimeException ex) {
			channel.close();
			throw ex;
		}
	}

	/**
	 * Begins to connect. Its name is looked for here, as that blocks, and the loops must
	 * not be.
	 */
	static ChannelFuture connect(EventLoopGroup loops, NsqAddress address, Duration timeout,
			ChannelInitializer<Channel> pipeline) throws IOException {
		return new Bootstrap().group(loops)
			.channel(NioSocketChannel.class)
			.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(timeout.toMillis()))
			.option(ChannelOption.TCP_NODELAY, true)
			.handler(pipeline)
			.connect(InetAddress.getByName(address.host()), address.port());
	}

	private void introduce(Channel made, NsqAddress address, NsqOptions options, @Nullable SSLContext tls,
			Duration timeout) throws IOException, InterruptedException, TimeoutException {
		made.writeAndFlush(Unpooled.copiedBuffer("  V2", StandardCharsets.US_ASCII));
		Map<String, Object> identity = Map.of("feature_negotiation", true, "heartbeat_interval",
				HEARTBEAT_INTERVAL.toMillis(), "msg_timeout", options.messageTimeout().toMillis(), "tls_v1",
				tls != null, "user_agent", "micro-spring-boot", "client_id", "micro");
		String answer = await(request("IDENTIFY", JSON.writeValueAsBytes(identity)), timeout);
		JsonNode server = read(answer);
		this.mostInFlight = server.path("max_rdy_count").asInt(Integer.MAX_VALUE);
		if (tls != null) {
			if (!server.path("tls_v1").asBoolean(false)) {
				throw new IOException("it does not offer TLS");
			}
			CompletableFuture<String> secured = expect();
			made.pipeline().addFirst(secured(tls, address, timeout));
			await(secured, timeout);
		}
		if (!options.secret().isEmpty()) {
			await(request("AUTH", options.secret().getBytes(StandardCharsets.UTF_8)), timeout);
		}
	}

	private static JsonNode read(String answer) throws IOException {
		try {
			return JSON.readTree(answer);
		}
		catch (JacksonException ex) {
			throw new IOException("it does not negotiate: " + ex.getOriginalMessage(), ex);
		}
	}

	/**
	 * How many messages it lets be asked for at once, beyond which it ends the
	 * connection.
	 */
	int mostInFlight() {
		return this.mostInFlight;
	}

	/** TLS to whoever is there, which looks at the name as the context says. */
	static SslHandler secured(SSLContext tls, NsqAddress address, Duration timeout) {
		SSLEngine engine = tls.createSSLEngine(address.host(), address.port());
		engine.setUseClientMode(true);
		SslHandler handler = new SslHandler(engine);
		handler.setHandshakeTimeoutMillis(timeout.toMillis());
		return handler;
	}

	/**
	 * Waits for an answer.
	 * @param answer the answer
	 * @param timeout how long to wait
	 * @return the answer
	 * @throws IOException when it is an error, or the connection ended before it
	 */
	static <T> T await(CompletableFuture<T> answer, Duration timeout)
			throws IOException, InterruptedException, TimeoutException {
		try {
			return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof IOException failure) ? failure : new IOException(ex.getCause());
		}
	}

	boolean isOpen() {
		Channel made = this.channel;
		return made != null && made.isActive();
	}

	/**
	 * Sends a command that is answered.
	 * @param command the command
	 * @param body what follows it
	 * @return the answer
	 */
	CompletableFuture<String> request(String command, byte[] body) {
		ByteBuf line = Unpooled.copiedBuffer(command + "\n", StandardCharsets.US_ASCII);
		ByteBuf length = Unpooled.buffer(4).writeInt(body.length);
		return send(Unpooled.wrappedBuffer(line, length, Unpooled.wrappedBuffer(body)));
	}

	/**
	 * Sends a command without a body that is answered.
	 * @param command the command
	 * @return the answer
	 */
	CompletableFuture<String> request(String command) {
		return send(Unpooled.copiedBuffer(command + "\n", StandardCharsets.US_ASCII));
	}

	private CompletableFuture<String> send(ByteBuf bytes) {
		CompletableFuture<String> answer = new CompletableFuture<>();
		Channel made = channel();
		made.eventLoop().execute(() -> {
			if (this.ended) {
				bytes.release();
				answer.completeExceptionally(new IOException("the connection has ended"));
				return;
			}
			this.waiting.add(answer);
			made.writeAndFlush(bytes);
		});
		return answer;
	}

	/** What comes next without having been asked for. */
	private CompletableFuture<String> expect() {
		CompletableFuture<String> answer = new CompletableFuture<>();
		channel().eventLoop().execute(() -> {
			if (this.ended) {
				answer.completeExceptionally(new IOException("the connection has ended"));
			}
			else {
				this.waiting.add(answer);
			}
		});
		return answer;
	}

	/**
	 * Sends a command that is not answered, unless it fails.
	 * @param command the command
	 */
	void tell(String command) {
		channel().writeAndFlush(Unpooled.copiedBuffer(command + "\n", StandardCharsets.US_ASCII));
	}

	void close() {
		channel().close();
	}

	private Channel channel() {
		Channel made = this.channel;
		if (made == null) {
			throw new IllegalStateException("not connected");
		}
		return made;
	}

	@Override
	protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
		int type = frame.readInt();
		switch (type) {
			case RESPONSE -> answered(frame.toString(StandardCharsets.UTF_8));
			case ERROR -> failed(frame.toString(StandardCharsets.UTF_8));
			case MESSAGE -> received(frame);
			default -> throw new IllegalStateException("nsqd sends a frame of the unknown type " + type);
		}
	}

	private void answered(String answer) {
		if (answer.equals(HEARTBEAT)) {
			tell("NOP");
			return;
		}
		CompletableFuture<String> first = this.waiting.poll();
		if (first != null) {
			first.complete(answer);
		}
	}

	/** What is said of a message that is not ours any more answers nobody. */
	private void failed(String error) {
		if (error.startsWith("E_FIN_FAILED") || error.startsWith("E_REQ_FAILED")
				|| error.startsWith("E_TOUCH_FAILED")) {
			return;
		}
		CompletableFuture<String> first = this.waiting.poll();
		if (first != null) {
			first.completeExceptionally(new NsqException(error));
		}
	}

	private void received(ByteBuf frame) {
		frame.skipBytes(8);
		int attempts = frame.readUnsignedShort();
		String id = frame.readCharSequence(ID_LENGTH, StandardCharsets.US_ASCII).toString();
		this.listener.received(this, new NsqMessage(id, attempts, ByteBufUtil.getBytes(frame)));
	}

	@Override
	public void channelInactive(ChannelHandlerContext context) {
		IOException why = this.fault;
		end((why != null) ? why : new IOException("nsqd closed the connection"));
	}

	/** It has ended, for whoever hears of it, when it is no longer open. */
	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (this.fault == null) {
			this.fault = new IOException(String.valueOf((cause.getMessage() != null) ? cause.getMessage() : cause),
					cause);
		}
		context.close();
	}

	private void end(IOException why) {
		if (this.ended) {
			return;
		}
		this.ended = true;
		for (CompletableFuture<String> answer = this.waiting.poll(); answer != null; answer = this.waiting.poll()) {
			answer.completeExceptionally(why);
		}
		this.listener.ended(this, why);
	}

	/** Hears of a connection on its own thread, which must not be blocked. */
	interface Listener {

		/** For who only publishes. */
		Listener NONE = new Listener() {
		};

		/**
		 * A message has come.
		 * @param connection what brought it
		 * @param message the message
		 */
		default void received(NsqConnection connection, NsqMessage message) {
		}

		/**
		 * The connection has ended, by whomever.
		 * @param connection the connection
		 * @param why why
		 */
		default void ended(NsqConnection connection, IOException why) {
		}

	}

}
