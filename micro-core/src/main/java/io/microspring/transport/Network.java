package io.microspring.transport;

import io.microspring.concurrent.Threads;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * What event loops wait for the network with.
 */
enum Network {

	/** Linux's own, by Netty's native library: about half the cost of a call. */
	EPOLL {

		@Override
		IoHandlerFactory handlers() {
			return EpollIoHandler.newFactory();
		}

		@Override
		SocketChannel socket() {
			return new EpollSocketChannel();
		}

		@Override
		ServerSocketChannel port() {
			return new EpollServerSocketChannel();
		}

		@Override
		boolean isFree(ServerSocketChannel port) {
			return true;
		}

	},

	/** Java's selectors, everywhere. */
	NIO {

		@Override
		IoHandlerFactory handlers() {
			return NioIoHandler.newFactory();
		}

		@Override
		SocketChannel socket() {
			return new NioSocketChannel();
		}

		@Override
		ServerSocketChannel port() {
			return new Port();
		}

		@Override
		boolean isFree(ServerSocketChannel port) {
			return ((Port) port).isFree();
		}

	};

	/**
	 * Where the buffers of connections come from, unless Netty's own property says. Its
	 * adaptive allocator, the default, pools none of more than 16 KiB in a process with
	 * half a gigabyte of heap or less; to free one, JDK 25 then asks every thread.
	 */
	static final ByteBufAllocator BUFFERS = (System.getProperty("io.netty.allocator.type") != null)
			? ByteBufAllocator.DEFAULT : PooledByteBufAllocator.DEFAULT;

	/**
	 * The one to use.
	 * @param options whether the native one is wanted
	 * @return the native one, when it is wanted and its library is there and fits
	 */
	static Network of(HttpOptions options) {
		return (options.nativeTransport() && Epoll.isAvailable()) ? EPOLL : NIO;
	}

	/**
	 * Starts event loops.
	 * @param count how many threads; zero for one for every two processors, which leaves
	 * the others to the handlers
	 * @return the loops
	 */
	EventLoopGroup loops(int count) {
		int threads = (count > 0) ? count : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
		return new MultiThreadIoEventLoopGroup(threads, Threads.loops("micro-http"), handlers());
	}

	/** What each of the loops waits with. */
	abstract IoHandlerFactory handlers();

	/** A connection that is going to be dialled. */
	abstract SocketChannel socket();

	/** A port that is going to be bound. */
	abstract ServerSocketChannel port();

	/**
	 * Whether a port that was closed can be bound again.
	 * @param port the port, made by {@link #port()}
	 */
	abstract boolean isFree(ServerSocketChannel port);

	/** A port that tells when it is free again. */
	private static final class Port extends NioServerSocketChannel {

		boolean isFree() {
			return !javaChannel().isRegistered();
		}

	}

}
