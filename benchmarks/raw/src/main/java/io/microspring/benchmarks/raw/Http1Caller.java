package io.microspring.benchmarks.raw;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
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
	private final Deque<Connection> free = new ArrayDeque<>();

	private Http1Caller() {
	}

	/**
	 * Opens as many connections as there will be calls at a time.
	 * @param port the port of the server
	 * @param connections how many
	 * @param handlers the handlers of a connection, which has the last of them
	 * @return the caller
	 * @throws InterruptedException when interrupted
	 */
	static Http1Caller dial(int port, int connections, Function<Http1Caller, ChannelHandler[]> handlers)
			throws InterruptedException {
		Http1Caller caller = new Http1Caller();
		for (int i = 0; i < connections; i++) {
			caller.loop.dial(port, new ChannelInitializer<>() {
				@Override
				protected void initChannel(Channel channel) {
					channel.pipeline().addLast(handlers.apply(caller));
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

	void free(Connection connection) {
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
		Connection connection = this.free.poll();
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

	/**
	 * A connection that is free.
	 */
	interface Connection {

		void send(Payload payload, Completion done) throws IOException;

	}

}
