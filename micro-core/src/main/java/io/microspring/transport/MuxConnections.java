package io.microspring.transport;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The multiplexed connections of a transport, dialled and accepted. Thread-safe.
 */
final class MuxConnections {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	private final HttpOptions options;

	private final Map<MuxSession, Channel> sessions = new ConcurrentHashMap<>();

	MuxConnections(HttpOptions options) {
		this.options = options;
	}

	CompletableFuture<Multiplex> dial(Dialer dialer, String address, Duration timeout, @Nullable Tls tls) {
		long deadline = System.nanoTime() + timeout.toNanos();
		return dialer
			.dial(address, timeout, tls,
					(channel) -> MuxHandshake.ask(channel, address, this.options, deadline - System.nanoTime()))
			.thenCompose((asked) -> asked)
			.thenApply((session) -> {
				track(session);
				return session;
			});
	}

	/** Goes over to frames on a connection that has asked for it. */
	void accept(SocketChannel channel, Consumer<Socket> onStream,
			Function<Multiplexed, Multiplexed.Receiver> onMultiplex) {
		MuxServer session = new MuxServer(channel, this.options, onStream);
		track(session);
		channel.pipeline().addLast(new MuxReader(session, this.options));
		channel.writeAndFlush(Unpooled.wrappedBuffer(MuxHandshake.ANSWER), channel.voidPromise());
		try {
			session.receive(onMultiplex.apply(session));
			channel.config().setAutoRead(true);
		}
		catch (RuntimeException | Error ex) {
			logger.error("The connection from {} was not accepted: closing", session.remote(), ex);
			session.broken(ex);
		}
	}

	/** Callers that share a connection must dial anew, and find that nobody listens. */
	void goAway(Channel port) {
		this.sessions.forEach((session, channel) -> {
			if (channel.parent() == port) {
				session.goAway();
			}
		});
	}

	/** Closes all; done one after the other when everything of each is written. */
	Stream<CompletableFuture<Void>> close() {
		return this.sessions.keySet().stream().map((session) -> {
			session.close();
			return session.finished();
		});
	}

	private void track(MuxSession session) {
		this.sessions.put(session, session.channel);
		session.channel.closeFuture().addListener((done) -> this.sessions.remove(session));
	}

}
