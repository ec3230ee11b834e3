package io.microspring.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.microspring.concurrent.Threads;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * Makes TCP connections: resolves a name, and tries its addresses one after the other
 * within one time-out.
 */
final class Dialer {

	private final Network network;

	private final Supplier<EventLoopGroup> loops;

	private final Supplier<? extends Executor> resolver;

	private final Consumer<SocketChannel> onChannel;

	/**
	 * A dialer.
	 * @param network what the connections are made of
	 * @param loops gives the event loops, or throws {@link TransportException}
	 * @param resolver gives what looks names up, and may be blocked
	 * @param onChannel is given every channel before it connects
	 */
	Dialer(Network network, Supplier<EventLoopGroup> loops, Supplier<? extends Executor> resolver,
			Consumer<SocketChannel> onChannel) {
		this.network = network;
		this.loops = loops;
		this.resolver = resolver;
		this.onChannel = onChannel;
	}

	/**
	 * Connects without blocking.
	 * @param <T> what is made of the connection
	 * @param address {@code host:port}
	 * @param timeout how long it may take
	 * @param tls what secures the connection; null for nothing
	 * @param open makes something of the connection, which is not read until told to, on
	 * its event loop
	 * @return what was made; when nobody waits for it any more, the connection is closed
	 */
	<T> CompletableFuture<T> dial(String address, Duration timeout, @Nullable Tls tls,
			Function<SocketChannel, T> open) {
		CompletableFuture<T> dialled = new CompletableFuture<>();
		try {
			Address target = Address.parse(address);
			Dial<T> dial = new Dial<>(address, System.nanoTime() + timeout.toNanos(), tls, open, dialled);
			EventLoopGroup group = this.loops.get();
			if (NetUtil.isValidIpV4Address(target.host()) || NetUtil.isValidIpV6Address(target.host())) {
				connect(group, dial, InetAddress.getAllByName(target.host()), target.port(), 0);
			}
			else {
				resolveAndConnect(group, dial, target, timeout);
			}
		}
		catch (TransportException ex) {
			dialled.completeExceptionally(ex);
		}
		catch (UnknownHostException | RejectedExecutionException ex) {
			dialled.completeExceptionally(failed(address, ex));
		}
		return dialled;
	}

	private <T> void resolveAndConnect(EventLoopGroup group, Dial<T> dial, Address target, Duration timeout) {
		Threads.Scheduled timer = Threads.after(timeout, () -> dial.future()
			.completeExceptionally(failed(dial.address(), new IOException("not resolved in " + timeout))));
		dial.future().whenComplete((opened, failure) -> timer.cancel());
		this.resolver.get().execute(() -> {
			try {
				String host = target.host().isEmpty() ? "localhost" : target.host();
				connect(group, dial, InetAddress.getAllByName(host), target.port(), 0);
			}
			catch (UnknownHostException ex) {
				dial.future().completeExceptionally(failed(dial.address(), new IOException("unknown host", ex)));
			}
		});
	}

	private <T> void connect(EventLoopGroup group, Dial<T> dial, InetAddress[] hosts, int port, int next) {
		// what is left is shared with the addresses still to be tried
		long left = TimeUnit.NANOSECONDS.toMillis(dial.deadline() - System.nanoTime()) / (hosts.length - next);
		ChannelFuture connecting = new Bootstrap().group(group)
			.channelFactory(this.network::socket)
			.resolver(NoopAddressResolverGroup.INSTANCE)
			.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.max(1, Math.min(left, Integer.MAX_VALUE)))
			.option(ChannelOption.ALLOCATOR, Network.BUFFERS)
			.option(ChannelOption.TCP_NODELAY, true)
			.option(ChannelOption.SO_KEEPALIVE, true)
			.option(ChannelOption.AUTO_READ, false)
			.option(ChannelOption.WRITE_BUFFER_WATER_MARK, HttpTransport.WATER_MARK)
			.handler(new ChannelInitializer<SocketChannel>() {
				@Override
				protected void initChannel(SocketChannel channel) {
					// the handlers are added once the addresses of both ends are known
					Dialer.this.onChannel.accept(channel);
				}
			})
			.connect(new InetSocketAddress(hosts[next], port));
		connecting.addListener((done) -> {
			if (done.isSuccess()) {
				secure(dial, (SocketChannel) connecting.channel());
			}
			else if (next + 1 < hosts.length && System.nanoTime() < dial.deadline()) {
				connect(group, dial, hosts, port, next + 1);
			}
			else {
				dial.future().completeExceptionally(failed(dial.address(), done.cause()));
			}
		});
	}

	private static <T> void secure(Dial<T> dial, SocketChannel channel) {
		Tls tls = dial.tls();
		if (tls == null) {
			open(dial, channel);
			return;
		}
		long left = Math.max(1, dial.deadline() - System.nanoTime());
		tls.dial(channel, Address.parse(dial.address()), left, (failure) -> {
			if (failure == null) {
				open(dial, channel);
			}
			else {
				dial.future().completeExceptionally(failed(dial.address(), failure));
				channel.close();
			}
		});
	}

	private static <T> void open(Dial<T> dial, SocketChannel channel) {
		if (!dial.future().complete(dial.open().apply(channel))) {
			channel.close();
		}
	}

	/**
	 * That a connection could not be had; nothing has been sent.
	 * @param address what was dialled
	 * @param cause why, or null
	 * @return the exception
	 */
	static TransportException failed(String address, @Nullable Throwable cause) {
		return new TransportException("could not dial " + address + ": " + reason(cause), true, cause);
	}

	/**
	 * The text of a failure.
	 * @param cause the failure, or null
	 * @return its message, or else its type
	 */
	static String reason(@Nullable Throwable cause) {
		return (cause == null) ? "" : (cause.getMessage() != null) ? cause.getMessage() : cause.toString();
	}

	/**
	 * One attempt to connect.
	 *
	 * @param address what was asked for
	 * @param deadline until when, in nanoseconds
	 * @param tls what secures the connection, or null
	 * @param open makes something of the connection
	 * @param future what is told how it ended
	 */
	private record Dial<T>(String address, long deadline, @Nullable Tls tls, Function<SocketChannel, T> open,
			CompletableFuture<T> future) {
	}

}
