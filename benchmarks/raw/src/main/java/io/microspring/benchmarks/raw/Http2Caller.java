package io.microspring.benchmarks.raw;

import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.proto.Echo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The client: a stream for each call, flushed once a read.
 */
final class Http2Caller extends Http2ChannelDuplexHandler implements AsyncCaller {

	private static final Http2Headers HEADERS = ReadOnlyHttp2Headers.clientHeaders(false, AsciiString.cached("POST"),
			AsciiString.cached("/bench.Echoer/Call"), AsciiString.cached("http"), AsciiString.cached("127.0.0.1"),
			AsciiString.cached("content-type"), AsciiString.cached("application/grpc"), AsciiString.cached("te"),
			AsciiString.cached("trailers"));

	private final Loop loop = new Loop();

	private final EventLoop thread = this.loop.thread();

	private final Http2FrameCodec codec = Http2FrameCodecBuilder.forClient()
		.initialSettings(Http2Peer.settings())
		.build();

	private final Echoes echoes = new Echoes();

	private final Http2Streams streams = new Http2Streams();

	private final Map<Http2FrameStream, Waiting> waiting = new IdentityHashMap<>();

	private final CompletableFuture<ChannelHandlerContext> opened = new CompletableFuture<>();

	private boolean reading;

	private Http2Caller() {
	}

	static Http2Caller dial(int port) throws Exception {
		Http2Caller caller = new Http2Caller();
		caller.loop.dial(port, new ChannelInitializer<>() {
			@Override
			protected void initChannel(Channel channel) {
				channel.pipeline().addLast(caller.codec, caller);
			}
		});
		caller.opened.get(10, TimeUnit.SECONDS);
		return caller;
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
			Http2FrameStream stream = newStream();
			this.waiting.put(stream, new Waiting(payload, done));
			context.write(new DefaultHttp2HeadersFrame(HEADERS).stream(stream), context.voidPromise());
			context
				.write(new DefaultHttp2DataFrame(GrpcFrames.frame(context.alloc(), this.echoes.request(payload)), true)
					.stream(stream), context.voidPromise());
			if (!this.reading) {
				context.flush();
			}
		}
		catch (IOException ex) {
			done.done(ex);
		}
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object frame) throws IOException {
		this.reading = true;
		if (frame instanceof Http2DataFrame data) {
			Waiting call = this.waiting.get(data.stream());
			call.answer = this.streams.read(context, data);
			return;
		}
		if (frame instanceof Http2SettingsFrame) {
			this.opened.complete(context);
		}
		else if (frame instanceof Http2HeadersFrame headers && headers.isEndStream()) {
			Waiting call = this.waiting.remove(headers.stream());
			Echo answer = call.answer;
			call.done.done((answer != null) ? Echoes.check(call.payload, answer)
					: new IOException("The stream ended without an answer: " + headers.headers()));
		}
		ReferenceCountUtil.release(frame);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		this.reading = false;
		context.flush();
	}

	@Override
	public void close() {
		this.loop.close();
	}

	private static final class Waiting {

		private final Payload payload;

		private final Completion done;

		private @Nullable Echo answer;

		private Waiting(Payload payload, Completion done) {
			this.payload = payload;
			this.done = done;
		}

	}

}
