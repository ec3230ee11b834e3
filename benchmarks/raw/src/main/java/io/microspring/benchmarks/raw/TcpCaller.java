package io.microspring.benchmarks.raw;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.StreamCaller;
import io.microspring.benchmarks.proto.Count;
import io.microspring.benchmarks.proto.Echo;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.collection.IntObjectHashMap;

/**
 * The client: one connection, answers told apart by number.
 */
final class TcpCaller extends SimpleChannelInboundHandler<ByteBuf> implements AsyncCaller, StreamCaller {

	private final Numbered framing;

	private final Loop loop;

	private final EventLoop thread;

	private final Echoes echoes = new Echoes();

	private final IntObjectHashMap<Waiting> waiting = new IntObjectHashMap<>();

	private final CompletableFuture<ChannelHandlerContext> opened = new CompletableFuture<>();

	private int numbers;

	private boolean reading;

	private int expected;

	private int received;

	private int length;

	private CompletableFuture<Integer> stream = new CompletableFuture<>();

	private TcpCaller(Numbered framing, Loop loop) {
		this.framing = framing;
		this.loop = loop;
		this.thread = loop.thread();
	}

	static TcpCaller dial(int port, ChannelHandler splitter, Numbered framing) throws Exception {
		TcpCaller caller = new TcpCaller(framing, new Loop());
		caller.loop.dial(port, new ChannelInitializer<>() {
			@Override
			protected void initChannel(Channel channel) {
				channel.pipeline().addLast(splitter, caller);
			}
		});
		caller.opened.get(10, TimeUnit.SECONDS);
		return caller;
	}

	@Override
	public void channelActive(ChannelHandlerContext context) {
		this.opened.complete(context);
	}

	@Override
	public void call(Payload payload, Completion done) {
		if (this.thread.inEventLoop()) {
			send(payload, done);
		}
		else {
			this.thread.execute(() -> send(payload, done));
		}
	}

	private void send(Payload payload, Completion done) {
		ChannelHandlerContext context = this.opened.join();
		try {
			Echo request = this.echoes.request(payload);
			int size = request.getSerializedSize();
			int number = this.numbers++ & Integer.MAX_VALUE;
			ByteBuf frame = this.framing.begin(context, size, number);
			Echoes.write(request, size, frame);
			this.waiting.put(number, new Waiting(payload, done));
			context.write(frame, context.voidPromise());
			if (!this.reading) {
				context.flush();
			}
		}
		catch (IOException ex) {
			done.done(ex);
		}
	}

	@Override
	protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) throws IOException {
		this.reading = true;
		int number = frame.readInt();
		if (number < 0) {
			this.length = Echoes.read(frame).getText().length();
			if (++this.received == this.expected) {
				this.stream.complete(this.length);
			}
			return;
		}
		Waiting call = this.waiting.remove(number);
		call.done().done(Echoes.check(call.payload(), Echoes.read(frame)));
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		this.reading = false;
		context.flush();
	}

	@Override
	public long stream(int messages, Payload each) throws Exception {
		CompletableFuture<Integer> ended = new CompletableFuture<>();
		byte[] request = Count.newBuilder().setMessages(messages).setText(each.text()).build().toByteArray();
		ChannelHandlerContext context = this.opened.join();
		this.thread.execute(() -> {
			this.stream = ended;
			this.expected = messages;
			this.received = 0;
			ByteBuf frame = this.framing.begin(context, request.length, -1);
			context.writeAndFlush(frame.writeBytes(request));
		});
		int length = ended.get(60, TimeUnit.SECONDS);
		if (length != each.text().length()) {
			throw new IllegalStateException("A message has " + length + " characters");
		}
		return messages;
	}

	@Override
	public void close() {
		this.loop.close();
	}

	private record Waiting(Payload payload, Completion done) {
	}

}
