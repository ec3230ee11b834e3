package io.microspring.benchmarks.raw;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.util.AsciiString;

/**
 * The client: a connection for each call at a time; the last that became free is the next
 * to be used.
 */
final class Http1Caller implements AsyncCaller {

	static final AsciiString PROTOBUF = AsciiString.cached("application/protobuf");

	private final Loop loop = new Loop();

	private final EventLoop thread = this.loop.thread();

	private final Echoes echoes = new Echoes();

	/** Of the event loop only. */
	private final Deque<Http1Connection> free = new ArrayDeque<>();

	private Http1Caller() {
	}

	static Http1Caller dial(int port, int connections) throws InterruptedException {
		Http1Caller caller = new Http1Caller();
		for (int i = 0; i < connections; i++) {
			Http1Connection connection = new Http1Connection(caller, "127.0.0.1:" + port);
			caller.loop.dial(port, new ChannelInitializer<>() {
				@Override
				protected void initChannel(Channel channel) {
					channel.pipeline()
						.addLast(new HttpClientCodec(), new HttpObjectAggregator(Http1Peer.LARGEST), connection);
				}
			});
		}
		caller.thread.submit(() -> {
		}).sync();
		return caller;
	}

	Echoes echoes() {
		return this.echoes;
	}

	void free(Http1Connection connection) {
		this.free.push(connection);
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
		Http1Connection connection = this.free.poll();
		if (connection == null) {
			done.done(new IllegalStateException("All connections are in use"));
			return;
		}
		try {
			connection.send(payload, done);
		}
		catch (IOException ex) {
			done.done(ex);
		}
	}

	@Override
	public void close() {
		this.loop.close();
	}

}
