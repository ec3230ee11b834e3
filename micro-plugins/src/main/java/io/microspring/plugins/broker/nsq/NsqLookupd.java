package io.microspring.plugins.broker.nsq;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import javax.net.ssl.SSLContext;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * An nsqlookupd, which is asked over HTTP, by a connection for each question.
 * Thread-safe.
 */
final class NsqLookupd {

	/** Enough for thousands of nsqds. */
	private static final int LONGEST_ANSWER = 1024 * 1024;

	/** Without it, nsqlookupd before 1.0 puts a wrapper around what it answers. */
	private static final String VERSION_1 = "application/vnd.nsq; version=1.0";

	private final NsqLookupdAddress address;

	private final @Nullable SSLContext tls;

	private final EventLoopGroup loops;

	/**
	 * Not asked yet.
	 * @param address where it is
	 * @param tls TLS, for an address that says so
	 * @param loops whose threads the questions have
	 */
	NsqLookupd(NsqLookupdAddress address, SSLContext tls, EventLoopGroup loops) {
		this.address = address;
		this.tls = address.secure() ? tls : null;
		this.loops = loops;
	}

	/**
	 * Asks it, and does not wait for the answer. Whoever loses patience cancels it.
	 * @param question path and query
	 * @param timeout how long connecting may take
	 * @return the answer
	 */
	CompletableFuture<Answer> ask(String question, Duration timeout) {
		CompletableFuture<Answer> answer = new CompletableFuture<>();
		try {
			ChannelFuture connecting = NsqConnection.connect(this.loops, this.address.at(), timeout,
					new ChannelInitializer<>() {
						@Override
						protected void initChannel(Channel made) {
							prepare(made, new Asking(question, answer), timeout);
						}
					});
			connecting.addListener((done) -> {
				if (!done.isSuccess()) {
					answer.completeExceptionally(done.cause());
				}
			});
			answer.whenComplete((any, failure) -> connecting.channel().close());
		}
		catch (IOException ex) {
			answer.completeExceptionally(ex);
		}
		return answer;
	}

	private void prepare(Channel made, Asking asking, Duration timeout) {
		SSLContext context = this.tls;
		if (context != null) {
			made.pipeline().addLast(NsqConnection.secured(context, this.address.at(), timeout));
		}
		made.pipeline()
			.addLast(new HttpClientCodec())
			.addLast(new HttpObjectAggregator(LONGEST_ANSWER))
			.addLast(asking);
	}

	@Override
	public String toString() {
		return this.address.toString();
	}

	/**
	 * What it has answered.
	 *
	 * @param status the status
	 * @param body the body
	 */
	record Answer(int status, byte[] body) {

	}

	private final class Asking extends SimpleChannelInboundHandler<FullHttpResponse> {

		private final String question;

		private final CompletableFuture<Answer> answer;

		Asking(String question, CompletableFuture<Answer> answer) {
			super(FullHttpResponse.class);
			this.question = question;
			this.answer = answer;
		}

		@Override
		public void channelActive(ChannelHandlerContext context) {
			DefaultFullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET,
					this.question);
			request.headers()
				.set(HttpHeaderNames.HOST, NsqLookupd.this.address.at().toString())
				.set(HttpHeaderNames.ACCEPT, VERSION_1)
				.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
			context.writeAndFlush(request);
		}

		@Override
		protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
			if (response.decoderResult().isFailure()) {
				this.answer.completeExceptionally(new IOException("it does not speak HTTP"));
			}
			else {
				this.answer.complete(new Answer(response.status().code(), ByteBufUtil.getBytes(response.content())));
			}
		}

		@Override
		public void channelInactive(ChannelHandlerContext context) {
			this.answer.completeExceptionally(new IOException("it hung up before its answer was here"));
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			if (cause instanceof TooLongFrameException) {
				this.answer
					.completeExceptionally(new IOException("it answers more than " + LONGEST_ANSWER + " bytes", cause));
			}
			else {
				this.answer.completeExceptionally(
						(cause instanceof DecoderException && cause.getCause() != null) ? cause.getCause() : cause);
			}
		}

	}

}
