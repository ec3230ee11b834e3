package io.microspring.benchmarks.raw;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * One event loop: all that a side has, with epoll where it is there.
 */
final class Loop implements AutoCloseable {

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1,
			Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());

	EventLoop thread() {
		return this.group.next();
	}

	Channel listen(ChannelInitializer<Channel> connection) throws InterruptedException {
		return new ServerBootstrap().group(this.group)
			.channel(Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
			.option(ChannelOption.SO_BACKLOG, 2048)
			.childOption(ChannelOption.TCP_NODELAY, true)
			.childHandler(connection)
			.bind(InetAddress.getLoopbackAddress(), 0)
			.sync()
			.channel();
	}

	Channel dial(int port, ChannelInitializer<Channel> connection) throws InterruptedException {
		return new Bootstrap().group(this.group)
			.channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
			.option(ChannelOption.TCP_NODELAY, true)
			.handler(connection)
			.connect(InetAddress.getLoopbackAddress(), port)
			.sync()
			.channel();
	}

	static int port(Channel listening) {
		return ((InetSocketAddress) listening.localAddress()).getPort();
	}

	@Override
	public void close() {
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
	}

}
